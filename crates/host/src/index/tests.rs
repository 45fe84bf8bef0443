use proptest::prelude::*;

use super::column::write_number;
use super::*;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), Just("same".to_owned()), "[a-zé]{0,6}", Just("x".repeat(200))]
}

fn index() -> impl Strategy<Value = Index> {
    let texts = (text(), text(), text(), text(), text(), text(), text(), text());
    let package = texts.prop_map(|(name, architecture, version, priority, section, source, depends, provides)| {
        Available { name, architecture, version, priority, section, source, depends, provides }
    });
    proptest::collection::vec(package, 0..12).prop_map(|packages| Index { packages })
}

proptest! {
    #[test]
    fn what_is_written_is_read(index in index()) {
        let content = Content::of(&index).unwrap();
        prop_assert_eq!(content.packages(), index.packages.len());
        let read = Content::decompress(&content.compress().unwrap()).unwrap();
        prop_assert_eq!(&read, &content);
        prop_assert_eq!(read.digest(), content.digest());
        prop_assert_eq!(read.to_index(), index);
    }

    #[test]
    fn every_prefix_is_refused(index in index(), cut in any::<prop::sample::Index>()) {
        let content = Content::of(&index).unwrap();
        let bytes = content.bytes()[..cut.index(content.bytes().len())].to_vec();
        prop_assert!(Content::from_bytes(bytes).is_err());
        let compressed = content.compress().unwrap();
        prop_assert!(Content::decompress(&compressed[..cut.index(compressed.len())]).is_err());
    }

    #[test]
    fn changed_bytes_never_panic(index in index(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = Content::of(&index).unwrap().bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(content) = Content::from_bytes(bytes) {
            prop_assert_eq!(content.rows().count(), content.packages());
            prop_assert_eq!(content.to_index().packages.len(), content.packages());
        }
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        let mut with_magic = MAGIC.to_vec();
        with_magic.extend_from_slice(&bytes);
        for bytes in [bytes, with_magic] {
            drop(Content::decompress(&bytes));
            drop(Content::from_bytes(bytes));
        }
    }
}

#[test]
fn the_form_is_stable() {
    let package = Available { name: "a".into(), version: "1".into(), ..Available::default() };
    let index = Index { packages: vec![package.clone(), Available { name: "b".into(), ..package }] };
    let content = Content::of(&index).unwrap();
    assert_eq!(
        content.bytes(),
        b"bzindex\x01\x02\x02\x02ab\x00\x00\x02\x001\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    );
    // `printf 'bzindex\1\2\2\2ab\0\0\2\0001\0\0\0\0\0\0\0\0\0\0\0' | sha256sum`
    assert_eq!(content.digest(), "92ca3faa9ea50bdb78e1c659c3b72ed0748ee78ea4cff198068c779ab3b44755");
}

#[test]
fn a_small_message_cannot_become_a_large_index() {
    // Two groups, each of one long name and packages that repeat it.
    let mut bytes = MAGIC.to_vec();
    for _ in 0..2 {
        write_number(&mut bytes, GROUP);
        write_number(&mut bytes, VALUE_BYTES_MAX + 1);
        bytes.resize(bytes.len() + GROUP - 1, 0);
        bytes.resize(bytes.len() + VALUE_BYTES_MAX, b'a');
        bytes.resize(bytes.len() + 7 * GROUP, 0);
    }
    bytes.push(0);
    let expected = Err(IndexError::Large { what: "bytes of text", max: TEXT_BYTES_MAX });
    assert_eq!(Content::from_bytes(bytes.clone()), expected);
    let compressed = zstd::bulk::compress(&bytes, LEVEL).unwrap();
    assert!(compressed.len() < 2000);
    assert_eq!(Content::decompress(&compressed), expected);

    let zeros = zstd::bulk::compress(&vec![0; CONTENT_BYTES_MAX + 1], LEVEL).unwrap();
    assert_eq!(Content::decompress(&zeros), Err(IndexError::Large { what: "bytes", max: CONTENT_BYTES_MAX }));

    let mut many = MAGIC.to_vec();
    for _ in 0..=PACKAGES_MAX / GROUP {
        write_number(&mut many, GROUP);
        many.resize(many.len() + COLUMNS * GROUP, 0);
    }
    many.push(0);
    assert_eq!(Content::from_bytes(many), Err(IndexError::Large { what: "packages", max: PACKAGES_MAX }));
}

#[test]
fn groups_have_one_size() {
    let row = Row { name: "a", ..Row::default() };
    let of = |packages: usize| {
        let mut builder = Builder::<Vec<u8>>::default();
        (0..packages).for_each(|_| builder.push(&row).unwrap());
        builder.into_content().unwrap()
    };
    for packages in [0, 1, GROUP - 1, GROUP, GROUP + 1, 3 * GROUP] {
        let content = of(packages);
        assert_eq!(content.rows().filter(|found| *found == row).count(), packages);
        assert_eq!(Content::from_bytes(content.bytes().to_vec()), Ok(content));
    }
    let mut short_first = of(1).bytes().to_vec();
    short_first.pop();
    short_first.extend_from_slice(&of(1).bytes()[MAGIC.len()..]);
    assert_eq!(Content::from_bytes(short_first), Err(IndexError::Damaged("a group of another size")));
}

#[test]
fn other_formats_and_other_files_are_told_apart() {
    let later = zstd::bulk::compress(b"bzindex\x02rest", LEVEL).unwrap();
    assert_eq!(Content::decompress(&later), Err(IndexError::Format(2)));
    let other = zstd::bulk::compress(b"something else", LEVEL).unwrap();
    assert_eq!(Content::decompress(&other), Err(IndexError::Foreign));
    assert_eq!(Content::decompress(b"Package: a\n"), Err(IndexError::Foreign));
}

#[test]
fn the_builder_keeps_to_the_limits() {
    let long = "x".repeat(VALUE_BYTES_MAX + 1);
    let mut builder = Builder::<Vec<u8>>::default();
    let row = Row { provides: &long, ..Row::default() };
    assert_eq!(builder.push(&row), Err(IndexError::Large { what: "bytes in a field", max: VALUE_BYTES_MAX }));
    assert_eq!(builder.into_content().unwrap().packages(), 0, "nothing of it was added");
}
