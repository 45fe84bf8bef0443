use bartizan_wire::Shape;

#[derive(Shape)]
struct Rule {
    #[shape(pattern = "[a-z]+")]
    names: Vec<String>,
}

#[derive(Shape)]
struct Inner {
    #[shape(each(range = 1..))]
    names: Vec<String>,
}

#[derive(Shape)]
struct Keys {
    #[shape(key(length = 1..))]
    names: Vec<String>,
}

fn main() {}
