use bartizan_wire::Shape;

#[derive(Shape)]
struct Rule {
    #[shape(length = 0..=360)]
    days: Option<i32>,
}

fn main() {}
