#[derive(Debug)] pub struct Answer; #[derive(Debug)] pub struct ErasedOperation; #[derive(Debug)] pub struct Service; #[derive(Debug)] pub struct Table;
