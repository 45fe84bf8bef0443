//! What can be protected.

use bartizan_wire::Shape;
use serde::Serialize;

/// What a web ACL can protect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ResourceType {
    /// A load balancer.
    ApplicationLoadBalancer,
    /// A stage of an API.
    ApiGateway,
    /// A GraphQL API.
    Appsync,
    /// A pool of users.
    CognitoUserPool,
    /// A service.
    AppRunnerService,
    /// An instance of Verified Access.
    VerifiedAccessInstance,
    /// An application of Amplify.
    Amplify,
    /// A gateway of agents.
    AgentcoreGateway,
}
