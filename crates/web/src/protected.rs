//! What a web ACL can protect, by the form of its ARN [WAFV2 API reference, `AssociateWebACL`].

use bartizan_wire::{Arn, Realm};

use crate::complaint::Complaint;
use crate::document::ResourceType;

/// Which type of resource an ARN names.
///
/// # Errors
/// It is none that a web ACL can protect, or one of another region.
pub fn type_of(realm: &Realm, text: &str) -> Result<ResourceType, Complaint> {
    let found = text.parse::<Arn>().ok().filter(|arn| arn.region() == realm.region).and_then(|arn| of(&arn));
    found.ok_or_else(|| {
        let reason = "The ARN isn't valid. A valid ARN begins with arn: and names a load balancer, a stage of an API, a \
                      GraphQL API, a user pool, an App Runner service, a Verified Access instance or an Amplify application \
                      of this region.";
        Complaint::new("RESOURCE_ARN", text, reason)
    })
}

fn of(arn: &Arn) -> Option<ResourceType> {
    let parts: Vec<&str> = arn.resource().split('/').collect();
    let filled = parts.iter().skip(usize::from(parts.first().is_some_and(|first| first.is_empty())));
    if filled.into_iter().any(|part| part.is_empty()) {
        return None;
    }
    match (arn.service(), parts.as_slice()) {
        ("elasticloadbalancing", ["loadbalancer", "app", _, _]) => Some(ResourceType::ApplicationLoadBalancer),
        ("apigateway", ["", "restapis", _, "stages", _]) => Some(ResourceType::ApiGateway),
        ("appsync", ["apis", _]) => Some(ResourceType::Appsync),
        ("cognito-idp", ["userpool", _]) => Some(ResourceType::CognitoUserPool),
        ("apprunner", ["service", _, _]) => Some(ResourceType::AppRunnerService),
        ("ec2", ["verified-access-instance", _]) => Some(ResourceType::VerifiedAccessInstance),
        ("bedrock-agentcore", ["gateway", _]) => Some(ResourceType::AgentcoreGateway),
        ("amplify", ["apps", _]) => Some(ResourceType::Amplify),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::type_of;
    use crate::document::ResourceType::{Amplify, ApiGateway, ApplicationLoadBalancer, CognitoUserPool};
    use bartizan_wire::Realm;

    #[test]
    fn the_form_says_the_type() {
        let realm = Realm::new("123456789012", "us-east-1").unwrap();
        for (arn, kind) in [
            (
                "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/edge/50dc6c49",
                ApplicationLoadBalancer,
            ),
            ("arn:aws:apigateway:us-east-1::/restapis/a1b2c3/stages/prod", ApiGateway),
            ("arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_abc", CognitoUserPool),
            ("arn:aws:amplify:us-east-1:123456789012:apps/d1", Amplify),
        ] {
            assert_eq!(type_of(&realm, arn), Ok(kind), "{arn}");
        }
        for wrong in [
            "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/edge/50dc6c49",
            "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/edge/50dc6c49",
            "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app//50dc6c49",
            "arn:aws:apigateway:us-east-1::restapis/a1b2c3/stages/prod",
            "arn:aws:cloudfront::123456789012:distribution/E1",
            "not-an-arn-of-twenty-letters",
        ] {
            assert_eq!(type_of(&realm, wrong).unwrap_err().field, "RESOURCE_ARN", "{wrong}");
        }
    }
}
