//! Sends what waits: reports in the order in which they were made, each followed by the indices that the server lacks.

use std::fmt;

use bartizan_host::observe::Inventory;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::json;

use super::{Agent, AgentError, Nothing, Reported};
use crate::client::CallError;
use crate::collect::Collector;
use crate::spool::{Item, Kind};

const REPORT: &str = "/v1/host/inventory";
const INDEX: &str = "/v1/host/index";

/// What was sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Reports that the server took.
    pub reports: usize,
    /// Indices that it took.
    pub indices: usize,
    /// Indices that it asked for and did not get: apt has replaced them since, or the server refused them.
    pub gone: usize,
    /// Reports that it will never take.
    pub refused: usize,
}

impl fmt::Display for Delivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sent {} reports and {} package indices", self.reports, self.indices)?;
        if self.gone > 0 {
            write!(f, "; {} indices could not be sent", self.gone)?;
        }
        if self.refused > 0 {
            write!(f, "; {} reports were refused", self.refused)?;
        }
        Ok(())
    }
}

impl Agent {
    /// Sends everything in the spool. `latest` is the newest report in it, whose indices can still be read: if the server
    /// is away they are kept beside it, because apt may replace them before it is back.
    pub(super) async fn deliver(&mut self, latest: &Inventory) -> Result<Delivered, AgentError> {
        let mut delivered = Delivered::default();
        while let Some(item) = self.spool.items().find(|item| *item.kind() == Kind::Inventory).cloned() {
            match self.send(&item, &mut delivered).await {
                Ok(()) => {}
                Err(AgentError::Call(CallError::Refused { path: REPORT, status, text })) => {
                    tracing::error!(status, text, "the server will not take a report; it is dropped");
                    delivered.refused += 1;
                }
                Err(error) => {
                    self.keep_indices(latest).await?;
                    return Err(error);
                }
            }
            self.spool.remove(&item)?;
        }
        // Of the indices that wait, the server has asked for those that it lacked.
        while let Some(item) = self.spool.items().next().cloned() {
            self.spool.remove(&item)?;
        }
        self.spool.forget_dropped()?;
        Ok(delivered)
    }

    async fn send(&mut self, item: &Item, delivered: &mut Delivered) -> Result<(), AgentError> {
        let body = Bytes::from(self.spool.read(item)?);
        let reported: Reported = self.client.post(REPORT, body, Some(&self.credential)).await?;
        for digest in reported.missing_indices {
            self.known.remove(&digest);
            let Some(compressed) = self.compressed(&digest).await? else {
                tracing::warn!(digest, "the server asks for an index that apt does not hold any more");
                delivered.gone += 1;
                continue;
            };
            let body = json!({ "Digest": digest, "Index": STANDARD.encode(compressed) }).to_string();
            match self.client.post::<Nothing>(INDEX, Bytes::from(body), Some(&self.credential)).await {
                Ok(Nothing {}) => {
                    delivered.indices += 1;
                    self.known.insert(digest);
                }
                // The report stands without it: the server says what it cannot judge.
                Err(error @ CallError::Refused { .. }) => {
                    tracing::error!(digest, %error, "an index was not taken");
                    delivered.gone += 1;
                }
                Err(error) => return Err(error.into()),
            }
        }
        delivered.reports += 1;
        Ok(())
    }

    /// An index as it is sent, from the spool or read again; `None` if it can be had from neither.
    async fn compressed(&mut self, digest: &str) -> Result<Option<Vec<u8>>, AgentError> {
        match self.spool.index(digest) {
            Some(item) => Ok(Some(self.spool.read(item)?)),
            None => self.read_again(digest).await,
        }
    }

    async fn read_again(&mut self, digest: &str) -> Result<Option<Vec<u8>>, AgentError> {
        let wanted = digest.to_owned();
        let read = move |collector: &mut Collector| -> Result<Option<Vec<u8>>, String> {
            match collector.index(&wanted).map_err(|error| error.to_string())? {
                None => Ok(None),
                Some(content) => content.compress().map(Some).map_err(|error| error.to_string()),
            }
        };
        let compressed = self.aside(read).await?;
        Ok(compressed.unwrap_or_else(|error| {
            tracing::warn!(digest, error, "an index cannot be read again");
            None
        }))
    }

    async fn keep_indices(&mut self, latest: &Inventory) -> Result<(), AgentError> {
        for digest in latest.indices.iter().map(|index| &index.digest) {
            if self.known.contains(digest) || self.spool.index(digest).is_some() {
                continue;
            }
            if let Some(compressed) = self.read_again(digest).await? {
                self.spool.push(Kind::Index(digest.clone()), &compressed)?;
            }
        }
        Ok(())
    }
}
