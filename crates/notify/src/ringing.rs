//! [`Ringing`]: a board that rings the bell when something is put into the outbox, so that rooms need not know of
//! deliveries.

use std::sync::Arc;

use async_trait::async_trait;
use bartizan_ledger::{Board, Posting, StoreError, Write};
use bartizan_policy::alert::OUTBOX;
use bartizan_wire::Realm;

use crate::Bell;

/// Another board, heard.
#[derive(Debug)]
pub struct Ringing {
    board: Arc<dyn Board>,
    bell: Bell,
}

impl Ringing {
    /// `board`, ringing `bell`.
    #[must_use]
    pub fn new(board: Arc<dyn Board>, bell: Bell) -> Self {
        Self { board, bell }
    }
}

#[async_trait]
impl Board for Ringing {
    async fn write(&self, realm: &Realm, writes: Vec<Write>) -> Result<(), StoreError> {
        let rings = writes.iter().any(|write| write.topic == OUTBOX && write.state.is_some());
        self.board.write(realm, writes).await?;
        if rings {
            self.bell.ring();
        }
        Ok(())
    }

    async fn find(&self, realm: &Realm, topic: &str, subject: &str) -> Result<Option<Posting>, StoreError> {
        self.board.find(realm, topic, subject).await
    }

    async fn list(
        &self,
        realm: &Realm,
        topic: &str,
        after: Option<&str>,
        limit: u16,
    ) -> Result<Vec<Posting>, StoreError> {
        self.board.list(realm, topic, after, limit).await
    }

    async fn remove(&self, realm: &Realm, topic: &str, subject: &str) -> Result<bool, StoreError> {
        self.board.remove(realm, topic, subject).await
    }
}
