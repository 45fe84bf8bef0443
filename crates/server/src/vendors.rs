//! Vendors of managed rule sets that an operator has written into a file of the data folder: what is not there yet is made
//! at start, by calling the same operations that the command line calls.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use bartizan_access::authorize::ROOT;
use bartizan_operation::Refusal;
use bartizan_wire::Json;
use serde_json::{Map, Value};

use crate::data_folder::DataFolder;
use crate::rooms::Rooms;
use crate::surroundings::Surroundings;

/// Which vendors and rule sets there are to be; see the tour of the web room.
const FILE: &str = "web-vendors.json";
/// What is made already.
const DUPLICATE: &str = "WAFDuplicateItemException";

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum VendorsError {
    /// It cannot be read.
    #[error("`{}` cannot be read: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is not right.
    #[error("`{}`: {what}", path.display())]
    Content {
        /// Which file.
        path: PathBuf,
        /// What is not right.
        what: String,
    },
}

/// Registers the vendors of the file and makes their rule sets, as far as they are not there. Nothing is changed or
/// removed by what the file says.
pub(crate) async fn onboard(
    folder: &DataFolder,
    surroundings: &Surroundings,
    rooms: &Rooms,
) -> Result<(), VendorsError> {
    let path = folder.join(FILE);
    let text = match std::fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(VendorsError::File { path, source }),
    };
    let wrong = |what: String| VendorsError::Content { path: path.clone(), what };
    let document: Value = serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
    let vendors = document.get("Vendors").and_then(Value::as_array);
    let vendors = vendors.ok_or_else(|| wrong("write {\"Vendors\": [..]}".to_owned()))?;
    for vendor in vendors {
        let mut vendor = vendor.as_object().cloned().ok_or_else(|| wrong("a vendor is an object".to_owned()))?;
        let sets = vendor.remove("RuleSets").unwrap_or_default();
        let name = vendor.get("VendorName").cloned().unwrap_or_default();
        make(surroundings, rooms, "bartizan:RegisterVendor", vendor).await.map_err(wrong)?;
        for set in sets.as_array().into_iter().flatten() {
            let mut set = set.as_object().cloned().ok_or_else(|| wrong("a rule set is an object".to_owned()))?;
            set.insert("VendorName".to_owned(), name.clone());
            make(surroundings, rooms, "bartizan:CreateManagedRuleSet", set).await.map_err(wrong)?;
        }
    }
    Ok(())
}

/// Calls an operation that makes something, unless there is one already.
async fn make(
    surroundings: &Surroundings,
    rooms: &Rooms,
    action: &str,
    input: Map<String, Value>,
) -> Result<(), String> {
    let operation = rooms.table.by_action(action).ok_or_else(|| format!("{action} is not served"))?;
    let cx = surroundings.own(ROOT, "start");
    match operation.invoke(cx, Json::from(&Value::Object(input)), Arc::clone(&rooms.authorizer)).await {
        Ok(_) => Ok(()),
        Err(Refusal::Service(body)) if body.code == DUPLICATE => Ok(()),
        Err(Refusal::Service(body)) => Err(body.message),
        Err(Refusal::Serialization(text) | Refusal::Denied(text)) => Err(text),
        Err(Refusal::Internal) => Err("the store failed".to_owned()),
    }
}
