//! Why a request is not believed: the vendor's codes and sentences.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html>

use std::fmt;

/// The vendor's code of a refused signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureCode {
    /// Nothing in the request says who asks.
    MissingAuthenticationToken,
    /// A part of the signature is absent or malformed.
    IncompleteSignature,
    /// The signature does not fit the request, its scope or the time.
    InvalidSignature,
    /// No such access key, or not with this session token.
    UnrecognizedClient,
    /// The key was temporary and its time is over.
    ExpiredToken,
}

impl SignatureCode {
    /// As AWS JSON services spell it.
    #[must_use]
    pub fn json(self) -> &'static str {
        match self {
            Self::MissingAuthenticationToken => "MissingAuthenticationTokenException",
            Self::IncompleteSignature => "IncompleteSignatureException",
            Self::InvalidSignature => "InvalidSignatureException",
            Self::UnrecognizedClient => "UnrecognizedClientException",
            Self::ExpiredToken => "ExpiredTokenException",
        }
    }

    /// As AWS Query services spell it.
    #[must_use]
    pub fn query(self) -> &'static str {
        match self {
            Self::MissingAuthenticationToken => "MissingAuthenticationToken",
            Self::IncompleteSignature => "IncompleteSignature",
            Self::InvalidSignature => "SignatureDoesNotMatch",
            Self::UnrecognizedClient => "InvalidClientTokenId",
            Self::ExpiredToken => "ExpiredToken",
        }
    }

    /// The HTTP status with which AWS Query services answer; AWS JSON services answer 400 to all of them.
    #[must_use]
    pub fn query_status(self) -> u16 {
        match self {
            Self::IncompleteSignature => 400,
            _ => 403,
        }
    }
}

/// A refused signature. The text is for the client, and never tells whether the secret or something else was wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureError {
    /// The vendor's code.
    pub code: SignatureCode,
    /// The vendor's sentence.
    pub message: String,
}

impl SignatureError {
    pub(crate) fn missing() -> Self {
        Self { code: SignatureCode::MissingAuthenticationToken, message: "Missing Authentication Token".to_owned() }
    }

    pub(crate) fn incomplete(message: impl Into<String>) -> Self {
        Self { code: SignatureCode::IncompleteSignature, message: message.into() }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self { code: SignatureCode::InvalidSignature, message: message.into() }
    }

    /// The one answer to every signature that was computed differently.
    pub(crate) fn mismatch() -> Self {
        Self::invalid(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
             Access Key and signing method. Consult the service documentation for details.",
        )
    }

    pub(crate) fn unrecognized() -> Self {
        Self {
            code: SignatureCode::UnrecognizedClient,
            message: "The security token included in the request is invalid.".to_owned(),
        }
    }

    pub(crate) fn expired() -> Self {
        Self {
            code: SignatureCode::ExpiredToken,
            message: "The security token included in the request is expired".to_owned(),
        }
    }
}

impl fmt::Display for SignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.json(), self.message)
    }
}

impl std::error::Error for SignatureError {}
