//! What holds for any bytes.

use bartizan_inspect::{Outcome, Transformation as T};
use proptest::collection::vec;
use proptest::prelude::{any, prop_oneof};
use proptest::strategy::{Just, Strategy};
use proptest::{prop_assert, prop_assert_eq, proptest};

/// Bytes among which those that mean something are frequent.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let special = b"%+uxX&#;\\/.*-<>!'\"^ ,(\0\n\r\t0123456789abcdefFg=_".to_vec();
    let byte = prop_oneof![4 => proptest::sample::select(special), 1 => any::<u8>(), 1 => Just(b'\\')];
    vec(byte, 0..200)
}

proptest! {
    #[test]
    fn the_outcome_is_honest(input in bytes(), dirty in bytes()) {
        for transformation in T::ALL {
            let (mut fresh, mut used) = (Vec::new(), dirty.clone());
            let outcome = transformation.apply(&input, &mut fresh);
            prop_assert_eq!(&outcome, &transformation.apply(&input, &mut used), "{:?}", transformation);
            match outcome {
                Outcome::Same => prop_assert!(fresh.is_empty(), "{:?} wrote and says it did not", transformation),
                Outcome::Part(range) => prop_assert!(input.get(range).is_some()),
                Outcome::Written => {
                    prop_assert_eq!(&fresh, &used, "{:?} depends on what was in the buffer", transformation);
                    let most = match transformation {
                        T::Md5 | T::Sha256 => 32,
                        T::Utf8ToUnicode => 3 * input.len(),
                        // the shortest entity of a character of four bytes has eight
                        _ => input.len(),
                    };
                    prop_assert!(fresh.len() <= most, "{:?} grows", transformation);
                }
            }
        }
    }

    #[test]
    fn names_are_unique_and_read_back(name in "[A-Z_]{1,12}") {
        for transformation in T::ALL {
            prop_assert_eq!(T::from_name(transformation.name()), Some(*transformation));
        }
        prop_assert!(T::from_name(&name).is_none_or(|found| found.name() == name));
        prop_assert_eq!(T::ALL.len(), 31);
    }

    #[test]
    fn some_do_nothing_the_second_time(input in bytes()) {
        let idempotent = [
            T::Lowercase, T::Uppercase, T::CompressWhiteSpace, T::RemoveWhitespace, T::Trim, T::TrimLeft, T::TrimRight,
            T::RemoveNulls, T::ReplaceNulls, T::NormalizePath, T::NormalizePathWin, T::CmdLineUnix,
        ];
        for transformation in idempotent {
            let once = run(transformation, &input);
            prop_assert_eq!(run(transformation, &once), once, "{:?}", transformation);
        }
    }
}

fn run(transformation: T, input: &[u8]) -> Vec<u8> {
    bartizan_inspect::Scratch::default().apply(&[transformation], input).to_vec()
}
