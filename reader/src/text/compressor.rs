// SPDX-License-Identifier: GPL-2.0

//! Compresses texts, for the build script.

use super::coding::{
    adapt, middle, places_of_distance, BYTES_AFTER, DISTANCES, EVEN, IS_COPY, LENGTHS, LENGTH_BITS, PLACES, SHORTEST,
};

/// Bytes of the longest copy.
pub(super) const LONGEST: usize = SHORTEST + (1 << LENGTH_BITS) - 1;
/// How many originals the compressor tries for a copy.
const TRIES: usize = 64;
const HASHES: usize = 1 << 12;
/// How many bits a byte and a copy take about; in addition to these a copy takes the bits of its distance.
const BYTE_COST: u32 = 4;
const COPY_COST: u32 = 8;

/// Compresses an ASCII text of less than 64 KiB.
pub(super) fn compress(text: &[u8]) -> Vec<u8> {
    assert!(text.len() < 1 << 16, "the text takes 64 KiB or more");
    let (lengths, distances) = choose_copies(text);
    let out = (text.len() as u16).to_be_bytes().to_vec();
    let mut writer = BitWriter { out, low: 0, high: u32::MAX, probabilities: vec![EVEN; PLACES] };
    let (mut at, mut was_copy) = (0, 0);
    while at < text.len() {
        let length = lengths[at] as usize;
        if length == 0 {
            writer.put(IS_COPY + was_copy, 0);
            let before = at.checked_sub(1).map_or(0, |before| text[before] as usize);
            writer.put_number(BYTES_AFTER + 128 * before, 7, text[at] as u32);
            (at, was_copy) = (at + 1, 0);
        } else {
            writer.put(IS_COPY + was_copy, 1);
            writer.put_number(LENGTHS, LENGTH_BITS, (length - SHORTEST) as u32);
            let distance = distances[at] as u32;
            let mut bits = distance.ilog2();
            writer.put_number(places_of_distance(length), 4, bits);
            while bits > 0 {
                bits -= 1;
                writer.put(DISTANCES + bits as usize, (distance >> bits) & 1);
            }
            (at, was_copy) = (at + length, 1);
        }
    }
    writer.finish()
}

/// For each place of the text the length of the copy that begins there if one does, and the distance of its original:
/// those with which the text takes the fewest bits, as far as these are known before.
fn choose_copies(text: &[u8]) -> (Vec<u8>, Vec<u16>) {
    // `last` has for each hash the last place with this hash; `before` has for each place the place before it with the
    // same hash. Places count from 1; 0 is none.
    let (mut last, mut before) = (vec![0_u16; HASHES], vec![0_u16; text.len()]);
    let mut at = 0;
    while at < text.len() {
        assert!(text[at].is_ascii(), "the text is not ASCII");
        let hash = hash(text, at);
        before[at] = last[hash];
        at += 1;
        last[hash] = at as u16;
    }
    let (mut costs, mut lengths, mut distances) =
        (vec![0_u32; text.len() + 1], vec![0; text.len()], vec![0; text.len()]);
    while at > 0 {
        at -= 1;
        costs[at] = costs[at + 1] + BYTE_COST;
        let (mut longest, mut tries) = (SHORTEST - 1, 0);
        let mut place = before[at] as usize;
        while place > 0 && tries < TRIES && longest < LONGEST {
            let distance = at - (place - 1);
            let equal = equal(text, place - 1, at);
            while longest < equal {
                longest += 1;
                let cost = costs[at + longest] + COPY_COST + distance.ilog2();
                if cost < costs[at] {
                    (costs[at], lengths[at], distances[at]) = (cost, longest as u8, distance as u16);
                }
            }
            place = before[place - 1] as usize;
            tries += 1;
        }
    }
    (lengths, distances)
}

/// The hash of the first [`SHORTEST`] bytes from a place on.
fn hash(text: &[u8], at: usize) -> usize {
    if at + SHORTEST > text.len() {
        return 0;
    }
    (text[at] as usize ^ ((text[at + 1] as usize) << 3) ^ ((text[at + 2] as usize) << 6)) % HASHES
}

/// How many bytes are equal from two places on, at most [`LONGEST`].
fn equal(text: &[u8], one: usize, other: usize) -> usize {
    let mut length = 0;
    while length < LONGEST && other + length < text.len() && text[one + length] == text[other + length] {
        length += 1;
    }
    length
}

/// The arithmetic coder: each bit narrows a range of numbers; a number of the last range is written.
struct BitWriter {
    out: Vec<u8>,
    low: u32,
    high: u32,
    probabilities: Vec<u16>,
}

impl BitWriter {
    fn put(&mut self, place: usize, bit: u32) {
        let middle = middle(self.low, self.high, self.probabilities[place]);
        if bit == 0 {
            self.high = middle;
        } else {
            self.low = middle + 1;
        }
        self.probabilities[place] = adapt(self.probabilities[place], bit);
        while (self.low ^ self.high) >> 24 == 0 {
            self.out.push((self.high >> 24) as u8);
            self.low <<= 8;
            self.high = (self.high << 8) | 0xff;
        }
    }

    /// Puts the lowest bits of a number, from the highest down.
    fn put_number(&mut self, places: usize, mut bits: u32, number: u32) {
        let mut node = 1;
        while bits > 0 {
            bits -= 1;
            let bit = (number >> bits) & 1;
            self.put(places + node, bit);
            node = 2 * node + bit as usize;
        }
    }

    /// Writes the first byte of the last range's end; those that are not there count as 0.
    fn finish(mut self) -> Vec<u8> {
        self.out.push((self.high >> 24) as u8);
        self.out
    }
}
