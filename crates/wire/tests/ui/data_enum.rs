use bartizan_wire::Shape;

#[derive(Shape)]
enum Statement {
    And(Vec<String>),
    Or,
}

#[derive(Shape)]
enum Never {}

fn main() {}
