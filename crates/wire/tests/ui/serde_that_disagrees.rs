use bartizan_wire::Shape;

#[derive(Shape)]
struct Flat {
    #[serde(flatten)]
    inner: String,
}

#[derive(Shape)]
#[serde(untagged)]
enum Untagged {
    Red,
}

#[derive(Shape)]
#[serde(rename_all = "TitleCase")]
struct Case {
    name: String,
}

#[derive(Shape)]
struct Skipped {
    #[serde(skip)]
    name: String,
}

fn main() {}
