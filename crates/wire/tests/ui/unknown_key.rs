use bartizan_wire::Shape;

#[derive(Shape)]
struct Tag {
    #[shape(lenght = 1..=128)]
    key: String,
}

#[derive(Shape)]
#[shape(title = "Tag")]
struct Named {}

#[derive(Shape)]
struct Nested {
    #[shape(each(sensitive))]
    keys: Vec<String>,
}

#[derive(Shape)]
enum Color {
    #[shape(name = "red")]
    Red,
}

fn main() {}
