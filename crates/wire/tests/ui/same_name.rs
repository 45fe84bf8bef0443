use bartizan_wire::Shape;

#[derive(Shape)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    key: String,
    #[serde(rename = "Key")]
    other: String,
}

#[derive(Shape)]
enum Color {
    Red,
    #[serde(rename = "Red")]
    Crimson,
}

fn main() {}
