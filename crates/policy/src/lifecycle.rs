//! (being written)
#[derive(Debug)] pub struct Draft; #[derive(Debug)] pub struct Held; #[derive(Debug)] pub enum LifecycleError {}
