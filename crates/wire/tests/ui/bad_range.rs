use bartizan_wire::Shape;

#[derive(Shape)]
struct HalfOpen {
    #[shape(length = 1..128)]
    key: String,
}

#[derive(Shape)]
struct Number {
    #[shape(length = 128)]
    key: String,
}

#[derive(Shape)]
struct Empty {
    #[shape(range = 3..=1)]
    days: i32,
}

#[derive(Shape)]
struct Unbounded {
    #[shape(range = ..)]
    days: i32,
}

#[derive(Shape)]
struct Negative {
    #[shape(length = -1..)]
    key: String,
}

#[derive(Shape)]
struct Text {
    #[shape(range = "a"..)]
    days: i32,
}

#[derive(Shape)]
struct Twice {
    #[shape(range = 1.., range = 2..)]
    days: i32,
}

fn main() {}
