//! Where in a document: `approvalRules.patchRules.1.member.approveAfterDays`, as the vendor spells it.

/// A place in a document, pushed and popped while it is walked.
#[derive(Debug, Clone, Default)]
pub struct Path;

impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("")
    }
}
