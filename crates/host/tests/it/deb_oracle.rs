//! Version order against the libapt of this machine, through python3-apt.

use std::cmp::Ordering;
use std::io::Write;
use std::process::{Command, Stdio};

use bartizan_host::deb::Version;

use crate::shared::did_not_run;

const PYTHON: &str = "/usr/bin/python3";

/// Sorts every version that this machine has installed or can install: `=` before one that equals its predecessor, `<`
/// before one that is later.
const SORT: &str = "
import apt_pkg, functools, glob
apt_pkg.init()
found = set()
for name in ['/var/lib/dpkg/status'] + glob.glob('/var/lib/apt/lists/*_Packages*'):
    for section in apt_pkg.TagFile(name):
        if 'Version' in section: found.add(section['Version'])
last = None
for version in sorted(sorted(found), key=functools.cmp_to_key(apt_pkg.version_compare)):
    print('=' if last is not None and apt_pkg.version_compare(last, version) == 0 else '<', version, sep='')
    last = version
";

/// Compares the pairs that it is given.
const COMPARE: &str = "
import apt_pkg, sys
apt_pkg.init()
for line in sys.stdin:
    a, b = line.rstrip('\\n').split('\\t')
    order = apt_pkg.version_compare(a, b)
    print((order > 0) - (order < 0))
";

/// What the script prints; `None` where there is no python3-apt.
fn python(script: &str, input: &str) -> Option<String> {
    let available = Command::new(PYTHON).args(["-c", "import apt_pkg"]).stderr(Stdio::null()).status();
    if !available.is_ok_and(|status| status.success()) {
        did_not_run("no python3-apt");
        return None;
    }
    let mut child =
        Command::new(PYTHON).args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "{output:?}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_versions_of_this_machine_sort_as_libapt_sorts_them() {
    let Some(sorted) = python(SORT, "") else { return };
    let mut last: Option<Version<'_>> = None;
    let mut count = 0;
    for line in sorted.lines() {
        let (sign, text) = line.split_at(1);
        let version = Version::parse(text).unwrap_or_else(|error| panic!("`{text}`: {error}"));
        if let Some(last) = last {
            let expected = if sign == "=" { Ordering::Equal } else { Ordering::Less };
            assert_eq!(last.cmp(&version), expected, "{last:?} to `{text}`");
            assert_eq!(last.key().cmp(&version.key()), expected, "keys of {last:?} to `{text}`");
        }
        last = Some(version);
        count += 1;
    }
    assert!(count > 100, "only {count} versions on this machine");
    eprintln!("{count} versions");
}

#[test]
fn made_up_versions_compare_as_in_libapt() {
    const PAIRS: usize = 40_000;
    let mut random = Random(7);
    let mut pairs = Vec::new();
    while pairs.len() < PAIRS {
        let first = random.version();
        // Half of the pairs differ in one place only, where mistakes hide.
        let second = if random.below(2) == 0 { random.version() } else { random.changed(&first) };
        if Version::parse(&first).is_ok() && Version::parse(&second).is_ok() {
            pairs.push((first, second));
        }
    }
    let input: String = pairs.iter().map(|(a, b)| format!("{a}\t{b}\n")).collect();
    let Some(signs) = python(COMPARE, &input) else { return };
    let mut seen = [0_u32; 3];
    assert_eq!(signs.lines().count(), PAIRS);
    for ((a, b), sign) in pairs.iter().zip(signs.lines()) {
        let expected = sign.parse::<i32>().unwrap().cmp(&0);
        let (left, right) = (Version::parse(a).unwrap(), Version::parse(b).unwrap());
        assert_eq!(left.cmp(&right), expected, "`{a}` to `{b}`");
        assert_eq!(left.key().cmp(&right.key()), expected, "keys of `{a}` to `{b}`");
        seen[(expected as i8 + 1) as usize] += 1;
    }
    assert!(seen.iter().all(|count| *count > 1000), "each answer is exercised: {seen:?}");
}

/// A fixed sequence (xorshift), so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap()
    }

    fn character(&mut self) -> char {
        let alphabet = b"000112359.....++~~-abz:AZ_";
        char::from(alphabet[self.below(alphabet.len())])
    }

    fn version(&mut self) -> String {
        let length = 1 + self.below(9);
        (0..length).map(|_| self.character()).collect()
    }

    fn changed(&mut self, text: &str) -> String {
        let mut text: Vec<char> = text.chars().collect();
        let at = self.below(text.len());
        match self.below(3) {
            0 => text[at] = self.character(),
            1 => text.insert(at, self.character()),
            _ => text.push(self.character()),
        }
        text.into_iter().collect()
    }
}
