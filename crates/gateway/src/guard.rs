//! [`Guard`]: which plan protects a gateway now.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use bartizan_web::engine::{Counter, Plan, Rates};
use bartizan_wire::Timestamp;

/// What judges requests now.
#[derive(Debug, Default)]
pub struct Active {
    /// The plan; without one every request passes.
    pub plan: Option<Arc<Plan>>,
    /// Counts of its rate-based rules.
    rates: Mutex<Rates>,
}

impl Active {
    /// Counts of the rate-based rules.
    pub fn with_rates<R>(&self, act: impl FnOnce(&Rates) -> R) -> R {
        act(&self.rates.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Counts for all connections; each count takes the lock for itself.
#[derive(Debug)]
pub(crate) struct Shared<'a>(pub(crate) &'a Active);

impl Counter for Shared<'_> {
    fn count(&mut self, rate: usize, key: &[u8], at: Timestamp) -> u64 {
        self.0.rates.lock().unwrap_or_else(PoisonError::into_inner).count(rate, key, at)
    }
}

/// Which plan protects a gateway. A request that has begun keeps the plan that it began with.
#[derive(Debug, Default)]
pub struct Guard(RwLock<Arc<Active>>);

impl Guard {
    /// What judges requests now.
    #[must_use]
    pub fn active(&self) -> Arc<Active> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on, this plan judges requests, or none does. Rate-based rules that stay the same keep their counts.
    pub fn set(&self, plan: Option<Arc<Plan>>) {
        let rates = match &plan {
            Some(plan) => Rates::after(self.active().with_rates(Rates::clone), plan),
            None => Rates::default(),
        };
        let next = Arc::new(Active { plan, rates: Mutex::new(rates) });
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = next;
    }
}
