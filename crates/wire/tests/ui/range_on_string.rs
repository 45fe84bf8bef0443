use bartizan_wire::Shape;

#[derive(Shape)]
struct Rule {
    #[shape(range = 0..=360)]
    name: String,
}

fn main() {}
