//! `GET /csapi/v1.3/registry/{registryId}/repository` [container security API, repositories].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use crate::api::{self, registries};
use crate::errors::ContainerError;
use crate::listing::{self, Asked};
use crate::record::registry::RepositoryRecord;
use crate::room::ContainerRoom;

/// Lists the repositories of a registry that sensors have found images in.
#[derive(Debug)]
pub struct ListRepositories;

/// What is asked for.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListRepositoriesRequest")]
pub struct Input {
    /// A UUID.
    pub registry_id: String,
    /// Counted from 1.
    #[shape(range = 1..=10_000)]
    pub page_number: Option<i32>,
    /// At most so many; 50 if absent.
    #[shape(range = 1..=1000)]
    pub page_size: Option<i32>,
    /// In the vendor's query language.
    pub filter: Option<String>,
    /// `token:asc` or `token:desc`.
    pub sort: Option<String>,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[shape(name = "ListRepositoriesResponse")]
pub struct Output {
    /// How many there are on all pages.
    pub count: i64,
    /// Those of this page.
    pub data: Vec<RepositoryRecord>,
}

impl Operation for ListRepositories {
    const NAME: &'static str = "ListRepositories";
    const ACTION: &'static str = "csapi:ListRepositories";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Get,
        path: "/csapi/v1.3/registry/{registryId}/repository",
        query: &["pageNumber", "pageSize", "filter", "sort"],
        elsewhere: &[],
        document: None,
    };
    type Input = Input;
    type Output = Output;
    type Error = ContainerError;
    type Room = ContainerRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        api::registry_resource(cx, &input.registry_id)
    }

    async fn call(
        room: &ContainerRoom,
        cx: &Cx,
        _permit: Permit,
        input: Checked<Self::Input>,
    ) -> Result<Self::Output, ContainerError> {
        registries::find(cx, &input.registry_id).await?;
        let asked = Asked {
            filter: input.filter.as_deref(),
            sort: input.sort.as_deref().or(Some("repoName:asc")),
            page_number: input.page_number,
            page_size: input.page_size,
        };
        let page = listing::page(registries::repositories(room, cx, &input.registry_id).await?, asked, cx.now)?;
        Ok(Output { count: page.count, data: page.data })
    }
}
