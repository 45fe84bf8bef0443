use bartizan_policy::Alert;

use super::*;

const NOW: Timestamp = Timestamp(1_790_000_000_000);

fn waiting(number: i64, target: &str, stream: &str) -> Waiting {
    let alert = Alert {
        id: format!("{stream}.{number}"),
        target: target.to_owned(),
        stream: stream.to_owned(),
        at: Timestamp(NOW.0 + number),
        message: String::new(),
        finding: String::new(),
        heading: None,
    };
    Waiting::new(alert, NOW)
}

fn offer(queue: &mut Queue, lines: &[Waiting]) {
    for line in lines {
        queue.offer(&line.subject(), line);
    }
}

fn away(why: &str) -> Outcome {
    Outcome::Later { why: why.to_owned(), away: true, after: None }
}

fn started(queue: &mut Queue, now: Timestamp) -> Vec<String> {
    queue.start(now).into_iter().map(|(_, subject)| subject.split_once('-').unwrap().1.to_owned()).collect()
}

fn end(queue: &mut Queue, line: &Waiting, outcome: Outcome, now: Timestamp) -> Step {
    let step = queue.judge(&line.alert.target, &line.subject(), outcome, now);
    queue.settled(&line.alert.target, &line.subject(), Some(&step), now);
    step
}

#[test]
fn a_stream_goes_in_order_and_streams_go_side_by_side() {
    let mut queue = Queue::new(Pace { at_once: 2, ..Pace::default() });
    let lines = [waiting(1, "t", "a"), waiting(2, "t", "a"), waiting(3, "t", "b"), waiting(4, "t", "c")];
    offer(&mut queue, &lines);
    assert_eq!(started(&mut queue, NOW), ["a.1", "b.3"]);
    assert_eq!(started(&mut queue, NOW), [""; 0], "two at once");
    assert_eq!(queue.next(), None, "nothing to do before one of them ends");
    assert_eq!(end(&mut queue, &lines[2], Outcome::Delivered, NOW), Step::Forget);
    assert_eq!(started(&mut queue, NOW), ["c.4"], "not a.2: a.1 runs");
    end(&mut queue, &lines[0], Outcome::Delivered, NOW);
    assert_eq!(started(&mut queue, NOW), ["a.2"]);
}

#[test]
fn a_stream_waits_for_its_first_alert() {
    let mut queue = Queue::new(Pace::default());
    let lines = [waiting(1, "t", "a"), waiting(2, "t", "a"), waiting(3, "t", "b")];
    offer(&mut queue, &lines);
    assert_eq!(started(&mut queue, NOW), ["a.1", "b.3"]);
    let refused = Outcome::Later { why: "status 400".to_owned(), away: false, after: None };
    let step = end(&mut queue, &lines[0], refused, NOW);
    let second = Timestamp(NOW.0 + 1_000);
    assert_eq!(step, Step::Wait { attempts: 1, next: second, error: "status 400".to_owned() });
    assert_eq!(started(&mut queue, NOW), [""; 0], "a.2 does not overtake a.1");
    assert_eq!(queue.next(), Some(second));
    assert_eq!(started(&mut queue, second), ["a.1"]);
}

#[test]
fn a_receiver_that_is_away_is_probed_and_others_are_not_held_up() {
    let mut queue = Queue::new(Pace::default());
    let lines = [waiting(1, "t", "a"), waiting(2, "t", "b"), waiting(3, "t", "c"), waiting(4, "u", "d")];
    offer(&mut queue, &lines);
    assert_eq!(started(&mut queue, NOW).len(), 4);
    end(&mut queue, &lines[3], Outcome::Delivered, NOW);
    for line in &lines[..3] {
        end(&mut queue, line, away("refused"), NOW);
    }
    // Three failures in a row: four seconds.
    let probe = Timestamp(NOW.0 + 4_000);
    assert_eq!(queue.next(), Some(probe));
    assert_eq!(started(&mut queue, Timestamp(probe.0 - 1)), [""; 0]);
    assert_eq!(started(&mut queue, probe), ["a.1"], "one probe");
    end(&mut queue, &lines[0], Outcome::Delivered, probe);
    assert_eq!(started(&mut queue, probe), ["b.2", "c.3"], "it works again");
}

#[test]
fn what_asks_for_a_pause_gets_it() {
    let mut queue = Queue::new(Pace::default());
    let line = waiting(1, "t", "a");
    offer(&mut queue, std::slice::from_ref(&line));
    started(&mut queue, NOW);
    let asked = Some(Duration::from_secs(20));
    end(&mut queue, &line, Outcome::Later { why: "busy".to_owned(), away: true, after: asked }, NOW);
    assert_eq!(queue.next(), Some(Timestamp(NOW.0 + 20_000)));
}

#[test]
fn alerts_are_given_up_after_many_attempts_or_long_waiting() {
    let pace = Pace { attempts_max: 3, age_max: Duration::from_secs(60), ..Pace::default() };
    let mut queue = Queue::new(pace);
    let line = waiting(1, "t", "a");
    offer(&mut queue, std::slice::from_ref(&line));
    let mut now = NOW;
    for attempt in 1..=2 {
        assert_eq!(started(&mut queue, now).len(), 1);
        assert!(matches!(end(&mut queue, &line, away("x"), now), Step::Wait { attempts, .. } if attempts == attempt));
        now = queue.next().unwrap();
    }
    assert_eq!(started(&mut queue, now).len(), 1);
    assert_eq!(end(&mut queue, &line, away("last"), now), Step::Bury { attempts: 3, error: "last".to_owned() });
    assert_eq!(queue.next(), None);

    let mut queue = Queue::new(pace);
    offer(&mut queue, std::slice::from_ref(&line));
    let now = Timestamp(NOW.0 + 60_000);
    assert_eq!(started(&mut queue, now).len(), 1, "an old alert is tried, too");
    assert_eq!(end(&mut queue, &line, away("x"), now), Step::Bury { attempts: 1, error: "x".to_owned() });
}

#[test]
fn what_cannot_be_written_is_tried_again() {
    let mut queue = Queue::new(Pace::default());
    let line = waiting(1, "t", "a");
    offer(&mut queue, std::slice::from_ref(&line));
    started(&mut queue, NOW);
    queue.judge("t", &line.subject(), Outcome::Delivered, NOW);
    offer(&mut queue, std::slice::from_ref(&line));
    assert_eq!(started(&mut queue, NOW), [""; 0], "it still runs");
    queue.settled("t", &line.subject(), None, NOW);
    assert_eq!(queue.next(), Some(Timestamp(NOW.0 + 1_000)));
}

#[test]
fn memory_is_bounded_and_the_rest_is_read_later() {
    let mut queue = Queue::new(Pace { held_max: 4, at_once: 1, ..Pace::default() });
    let lines: Vec<Waiting> = (0..6).map(|number| waiting(number, "t", &format!("s{number}"))).collect();
    for line in lines.iter().rev() {
        queue.offer(&line.subject(), line);
    }
    assert!(!queue.hungry(), "full");
    let mut seen = Vec::new();
    for _ in 0..6 {
        if queue.hungry() {
            offer(&mut queue, &lines[seen.len()..]);
        }
        let next = started(&mut queue, NOW);
        let number = next[0].split_once('.').unwrap().1.parse::<usize>().unwrap();
        end(&mut queue, &lines[number], Outcome::Delivered, NOW);
        seen.push(number);
    }
    assert_eq!(seen, [0, 1, 2, 3, 4, 5], "the earliest are held");
}
