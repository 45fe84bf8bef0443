use bartizan_wire::Shape;

#[derive(Shape)]
struct Needless {
    #[shape(required)]
    name: String,
}

#[derive(Shape)]
struct Both {
    #[shape(required, default)]
    name: Option<String>,
}

fn main() {}
