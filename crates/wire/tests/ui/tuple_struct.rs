use bartizan_wire::Shape;

#[derive(Shape)]
struct Name(String);

#[derive(Shape)]
struct Unit;

#[derive(Shape)]
struct Generic<T> {
    inner: T,
}

fn main() {}
