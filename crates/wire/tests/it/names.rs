//! Names: what is read must agree with what serde writes, in every case that serde knows.

use bartizan_wire::{SchemaKind, Shape};
use serde::Serialize;
use serde_json::Value;

macro_rules! agrees {
    ($test:ident, $case:literal) => {
        #[test]
        fn $test() {
            #[derive(Default, Serialize, Shape)]
            #[serde(rename_all = $case)]
            struct Members {
                id: i32,
                patch_rule: i32,
                sha_256_sum: i32,
                cve_ids: i32,
                r#type: i32,
                #[serde(rename = "ARN")]
                arn: i32,
            }

            #[derive(Serialize, Shape)]
            #[serde(rename_all = $case)]
            enum Values {
                Ubuntu,
                AmazonLinux2,
                CVEId,
                #[serde(rename = "mac/OS")]
                MacOs,
            }

            let SchemaKind::Structure(members) = Members::SCHEMA.kind else { panic!("a structure") };
            let mut ours: Vec<_> = members.iter().map(|member| member.name).collect();
            ours.sort_unstable();
            let Value::Object(theirs) = serde_json::to_value(Members::default()).unwrap() else { panic!("an object") };
            assert_eq!(ours, theirs.keys().collect::<Vec<_>>());

            let all = [Values::Ubuntu, Values::AmazonLinux2, Values::CVEId, Values::MacOs];
            let SchemaKind::Enum(ours) = Values::SCHEMA.kind else { panic!("an enum") };
            assert_eq!(serde_json::to_value(&all).unwrap(), serde_json::to_value(ours).unwrap());
            for value in all {
                assert!(Values::from_wire(value.as_wire()).is_some_and(|read| read.as_wire() == value.as_wire()));
            }
        }
    };
}

agrees!(lower, "lowercase");
agrees!(upper, "UPPERCASE");
agrees!(pascal, "PascalCase");
agrees!(camel, "camelCase");
agrees!(snake, "snake_case");
agrees!(screaming_snake, "SCREAMING_SNAKE_CASE");
agrees!(kebab, "kebab-case");
agrees!(screaming_kebab, "SCREAMING-KEBAB-CASE");
