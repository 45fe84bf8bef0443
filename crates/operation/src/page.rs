//! Pages of a list: what comes after a key, and an opaque token that leads to the next page.
//!
//! A token is bound to the operation, the realm and the filters of the request that it came from, and says at which key
//! to go on. It carries a version and a digest of all of that, so that a token of another request is recognised and
//! never leads to a wrong page. It is no secret: whoever may list may go on from any key.

use bartizan_wire::Realm;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use sha2::{Digest, Sha256};

const VERSION: u8 = 1;
/// Bytes of the digest that a token carries.
const DIGEST_BYTES: usize = 16;
/// Longest token that is looked at, in bytes: far above any that is made here.
const TOKEN_BYTES_MAX: usize = 4096;

/// A token that does not belong to the request. Operations answer `InvalidNextToken` or `ValidationException`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForeignToken;

/// What the tokens of one request are bound to.
#[derive(Debug)]
pub struct Pager {
    binding: Sha256,
}

impl Pager {
    /// For an operation in a realm with what else decides which items are listed.
    #[must_use]
    pub fn new(operation: &str, realm: &Realm, filters: &impl Serialize) -> Self {
        let mut binding = Sha256::new();
        let filters = serde_json::to_string(filters).unwrap_or_default();
        for part in [operation, &realm.account, &realm.region, &filters] {
            binding.update(part.len().to_be_bytes());
            binding.update(part);
        }
        Self { binding }
    }

    /// The key to go on from.
    ///
    /// # Errors
    /// For a token that this request did not produce.
    pub fn open(&self, token: Option<&str>) -> Result<Option<String>, ForeignToken> {
        let Some(token) = token else { return Ok(None) };
        if token.len() > TOKEN_BYTES_MAX {
            return Err(ForeignToken);
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| ForeignToken)?;
        let [VERSION, rest @ ..] = bytes.as_slice() else { return Err(ForeignToken) };
        let (digest, key) = rest.split_at_checked(DIGEST_BYTES).ok_or(ForeignToken)?;
        if digest != self.digest(key) {
            return Err(ForeignToken);
        }
        String::from_utf8(key.to_vec()).map(Some).map_err(|_| ForeignToken)
    }

    /// The token that goes on after a key.
    #[must_use]
    pub fn seal(&self, after: &str) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend(self.digest(after.as_bytes()));
        bytes.extend(after.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// One page of items by key: those after the token's key, at most `limit`, and the token for more if there is more.
    /// Keys are unique; the order of the keys is the order of the list.
    ///
    /// # Errors
    /// For a token that this request did not produce.
    pub fn page<T>(
        &self,
        mut items: Vec<(String, T)>,
        token: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<T>, Option<String>), ForeignToken> {
        items.sort_by(|(left, _), (right, _)| left.cmp(right));
        if let Some(after) = self.open(token)? {
            items.retain(|(key, _)| *key > after);
        }
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|(key, _)| self.seal(key));
        Ok((items.into_iter().map(|(_, item)| item).collect(), next))
    }

    fn digest(&self, key: &[u8]) -> Vec<u8> {
        let mut digest = self.binding.clone();
        digest.update(key);
        digest.finalize().into_iter().take(DIGEST_BYTES).collect()
    }
}

/// How many items a request asks for: what it says, or what the operation gives otherwise.
#[must_use]
pub fn limit(asked: Option<i32>, otherwise: usize) -> usize {
    asked.and_then(|asked| usize::try_from(asked).ok()).unwrap_or(otherwise)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn realm(account: &str) -> Realm {
        Realm::new(account, "us-east-1").unwrap()
    }

    fn items(count: usize) -> Vec<(String, usize)> {
        (0..count).map(|number| (format!("{number:03}"), number)).collect()
    }

    #[test]
    fn pages_give_every_item_once_in_order() {
        let pager = Pager::new("DescribePatchGroups", &realm("123456789012"), &"filters");
        let (mut seen, mut token) = (Vec::new(), None);
        loop {
            let (page, next) = pager.page(items(25), token.as_deref(), 10).unwrap();
            seen.extend(page);
            token = next;
            if token.is_none() {
                break;
            }
        }
        assert_eq!(seen, (0..25).collect::<Vec<_>>());
    }

    #[test]
    fn a_full_last_page_has_no_token() {
        let pager = Pager::new("One", &realm("123456789012"), &());
        assert_eq!(pager.page(items(10), None, 10).unwrap().1, None);
        assert_eq!(pager.page(items(0), None, 10).unwrap(), (Vec::new(), None));
    }

    #[test]
    fn a_token_of_another_request_is_recognised() {
        let pager = Pager::new("One", &realm("123456789012"), &["a"]);
        let token = pager.seal("key");
        assert_eq!(pager.open(Some(&token)), Ok(Some("key".to_owned())));
        for other in [
            Pager::new("Two", &realm("123456789012"), &["a"]),
            Pager::new("One", &realm("999999999999"), &["a"]),
            Pager::new("One", &realm("123456789012"), &["b"]),
        ] {
            assert_eq!(other.open(Some(&token)), Err(ForeignToken));
        }
        for broken in ["", "A", "not base64!", token.get(1..).unwrap(), &format!("{token}A")] {
            assert_eq!(pager.open(Some(broken)), Err(ForeignToken), "{broken}");
        }
    }
}
