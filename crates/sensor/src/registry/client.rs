//! A client of one registry. It waits for each answer: scans run on threads that may block.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::time::Duration;

use bartizan_courier::{Courier, Method, Opened, Request, Unanswered};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{Buf as _, Bytes};
use serde::Deserialize;
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::challenge::Challenge;

/// Until an answer begins, and between its pieces.
const PATIENCE: Duration = Duration::from_secs(60);
/// Bytes of a token, and of a list.
const SMALL_BYTES_MAX: usize = 4 << 20;
/// Redirections of one request: blobs lie on other servers.
const REDIRECTS_MAX: usize = 5;
const USER_AGENT: &str = concat!("bartizan-sensor/", env!("CARGO_PKG_VERSION"));
/// What manifests are.
pub(super) const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";

/// Why a registry gave nothing.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RegistryError {
    /// No answer.
    #[error("`{url}` does not answer: {why}")]
    Unreachable {
        /// What was asked for.
        url: String,
        /// Why.
        why: String,
    },
    /// It wants to know who asks, and what it was told does not suffice.
    #[error("`{url}` lets nobody in without credentials that it knows (status {status}); set username and password")]
    Denied {
        /// What was asked for.
        url: String,
        /// 401 or 403.
        status: u16,
    },
    /// It is not there.
    #[error("`{url}` is not there")]
    Absent {
        /// What was asked for.
        url: String,
    },
    /// Another answer.
    #[error("`{url}` answers with status {status}")]
    Refused {
        /// What was asked for.
        url: String,
        /// Which.
        status: u16,
    },
    /// An answer that is not what it should be.
    #[error("the answer to `{url}` cannot be read: {why}")]
    Foreign {
        /// What was asked for.
        url: String,
        /// Why.
        why: String,
    },
}

/// A registry.
#[derive(Debug)]
pub struct Registry {
    /// `https://registry.example`
    base: String,
    credential: Option<(String, String)>,
    courier: Courier,
    runtime: Handle,
    /// What is sent as `Authorization`, by scope.
    tokens: BTreeMap<String, String>,
}

/// An answer whose body is read as it comes.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) opened: Opened,
    url: String,
    runtime: Handle,
    piece: Bytes,
}

impl Registry {
    /// At an address, with a name and a password if it wants them. Call it on a runtime; ask it on threads that may block.
    #[must_use]
    pub fn new(base: &str, credential: Option<(String, String)>, runtime: Handle) -> Self {
        let base = base.trim_end_matches('/').to_owned();
        Self { base, credential, courier: Courier::default(), runtime, tokens: BTreeMap::new() }
    }

    /// The address without its scheme, as names of images have it.
    #[must_use]
    pub fn host(&self) -> &str {
        self.base.split_once("://").map_or(self.base.as_str(), |(_, host)| host)
    }

    /// Asks for a path or an address; `repository` is what a token is for.
    pub(super) fn get(&mut self, target: &str, accept: &str, repository: &str) -> Result<Answer, RegistryError> {
        let url = if target.starts_with('/') { format!("{}{target}", self.base) } else { target.to_owned() };
        let mut authorization = self.tokens.get(repository).cloned();
        let answer = self.ask(&url, accept, authorization.as_deref())?;
        if answer.status != 401 {
            return self.judged(url, answer);
        }
        let challenge = answer.header("www-authenticate").and_then(Challenge::read);
        drop(answer);
        authorization = match challenge {
            Some(Challenge::Basic) => self.basic(),
            Some(Challenge::Bearer { realm, service, scope }) => {
                Some(self.token(&realm, service.as_deref(), scope.as_deref())?)
            }
            None => None,
        };
        let Some(authorization) = authorization else { return Err(RegistryError::Denied { url, status: 401 }) };
        let answer = self.ask(&url, accept, Some(&authorization))?;
        if answer.status != 401 {
            self.tokens.insert(repository.to_owned(), authorization);
        }
        self.judged(url, answer)
    }

    /// One request, and those that it is redirected to.
    fn ask(&self, url: &str, accept: &str, authorization: Option<&str>) -> Result<Opened, RegistryError> {
        let (mut at, mut authorization) = (url.to_owned(), authorization);
        for _ in 0..=REDIRECTS_MAX {
            let answer = self.once(&at, accept, authorization)?;
            if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
                return Ok(answer);
            }
            let location = answer.header("location").unwrap_or_default();
            let next = resolved(&at, location)
                .ok_or_else(|| RegistryError::Foreign { url: at.clone(), why: format!("it leads to `{location}`") })?;
            // Credentials are for the registry alone.
            if origin(&next) != origin(&at) {
                authorization = None;
            }
            at = next;
        }
        Err(RegistryError::Foreign { url: url.to_owned(), why: "it leads from one address to the next".to_owned() })
    }

    fn once(&self, url: &str, accept: &str, authorization: Option<&str>) -> Result<Opened, RegistryError> {
        let mut headers = vec![("accept", accept), ("user-agent", USER_AGENT)];
        headers.extend(authorization.map(|value| ("authorization", value)));
        let request = Request {
            method: Method::Get,
            url,
            headers: &headers,
            body: Bytes::new(),
            signing: None,
            timeout: PATIENCE,
            answer_bytes_max: SMALL_BYTES_MAX,
        };
        self.runtime.block_on(self.courier.open(&request)).map_err(|error| unreachable(url, &error))
    }

    fn judged(&self, url: String, opened: Opened) -> Result<Answer, RegistryError> {
        match opened.status {
            200..=299 => Ok(Answer { opened, url, runtime: self.runtime.clone(), piece: Bytes::new() }),
            status @ (401 | 403) => Err(RegistryError::Denied { url, status }),
            404 => Err(RegistryError::Absent { url }),
            status => Err(RegistryError::Refused { url, status }),
        }
    }

    fn basic(&self) -> Option<String> {
        let (name, password) = self.credential.as_ref()?;
        Some(format!("Basic {}", STANDARD.encode(format!("{name}:{password}"))))
    }

    fn token(&self, realm: &str, service: Option<&str>, scope: Option<&str>) -> Result<String, RegistryError> {
        #[derive(Deserialize)]
        struct Token {
            token: Option<String>,
            access_token: Option<String>,
        }
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(service) = service {
            query.append_pair("service", service);
        }
        if let Some(scope) = scope {
            query.append_pair("scope", scope);
        }
        let mark = if realm.contains('?') { '&' } else { '?' };
        let url = format!("{realm}{mark}{}", query.finish());
        let answer = self.ask(&url, "application/json", self.basic().as_deref())?;
        let bytes = self.judged(url.clone(), answer)?.bytes(SMALL_BYTES_MAX)?;
        let token: Token = serde_json::from_slice(&bytes)
            .map_err(|error| RegistryError::Foreign { url: url.clone(), why: error.to_string() })?;
        let token = token.token.or(token.access_token);
        let token = token.ok_or_else(|| RegistryError::Foreign { url, why: "it has no token".to_owned() })?;
        Ok(format!("Bearer {token}"))
    }
}

impl Answer {
    /// The whole body.
    pub(super) fn bytes(mut self, max: usize) -> Result<Vec<u8>, RegistryError> {
        let mut bytes = Vec::new();
        let foreign = |url: &str, why: String| RegistryError::Foreign { url: url.to_owned(), why };
        let read = self.by_ref().take(max as u64 + 1).read_to_end(&mut bytes);
        read.map_err(|error| foreign(&self.url, error.to_string()))?;
        if bytes.len() > max {
            return Err(foreign(&self.url, format!("it is longer than {max} bytes")));
        }
        Ok(bytes)
    }
}

impl Read for Answer {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            let next = self.runtime.block_on(timeout(PATIENCE, self.opened.piece()));
            let next = next.map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "the registry sends no more"))?;
            match next.map_err(|error| io::Error::other(error.to_string()))? {
                Some(piece) => self.piece = piece,
                None => return Ok(0),
            }
        }
        let length = out.len().min(self.piece.len());
        if let (Some(out), Some(from)) = (out.get_mut(..length), self.piece.get(..length)) {
            out.copy_from_slice(from);
        }
        self.piece.advance(length);
        Ok(length)
    }
}

fn unreachable(url: &str, error: &Unanswered) -> RegistryError {
    RegistryError::Unreachable { url: url.to_owned(), why: error.to_string() }
}

/// Scheme and host of an address.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url.get(host..).and_then(|rest| rest.find('/')).map_or(url.len(), |at| host + at);
    url.get(..end).unwrap_or(url)
}

/// Where a redirection leads; `None` if to nothing that is spoken to.
fn resolved(from: &str, location: &str) -> Option<String> {
    if location.starts_with("http://") || location.starts_with("https://") {
        return Some(location.to_owned());
    }
    location.starts_with('/').then(|| format!("{}{location}", origin(from)))
}

/// Where a list goes on, by its header `Link`.
pub(super) fn next(link: Option<&str>) -> Option<String> {
    let link = link?;
    let rest = link.trim().strip_prefix('<')?;
    let (target, parameters) = rest.split_once('>')?;
    let relation = parameters.replace(['"', ' '], "");
    relation.split(';').any(|parameter| parameter == "rel=next").then(|| target.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_redirections_are_read() {
        assert_eq!(next(Some(r#"</v2/_catalog?n=2&last=b>; rel="next""#)).as_deref(), Some("/v2/_catalog?n=2&last=b"));
        assert_eq!(next(Some("</x>; rel=prev")), None);
        assert_eq!(next(None), None);
        assert_eq!(origin("https://a.example:5000/v2/"), "https://a.example:5000");
        assert_eq!(resolved("https://a/v2/x", "/y").as_deref(), Some("https://a/y"));
        assert_eq!(resolved("https://a/v2/x", "file:///etc/passwd"), None);
    }
}
