// SPDX-License-Identifier: GPL-2.0

//! A map by descriptor. A copy takes no time and no memory: copies share what is equal, and a change copies the few
//! nodes on the way to the descriptor.

use super::ledger::{Charge, Ledger};
use super::open_file::OpenFile;
use std::ops::RangeInclusive;
use std::rc::Rc;

/// How many bits of a descriptor choose a child of a node.
const NODE_BITS: u32 = 3;
const CHILDREN: usize = 1 << NODE_BITS;

/// What is known of a descriptor.
#[derive(Clone, Default)]
pub(super) struct Descriptor {
    /// What it refers to. `None` if that is not known, though a call was seen that made, changed or closed it.
    pub(super) file: Option<Rc<OpenFile>>,
    /// Whether `execve` closes it.
    pub(super) closes_on_exec: bool,
    /// Whether it is certainly open, and no call is closing it.
    pub(super) is_open: bool,
    /// Whether a call is closing it, or has closed it, that was entered while it was certainly open. A call that takes
    /// the lowest free number gets it after that alone.
    pub(super) is_freed: bool,
    /// The number of the event that has changed it last.
    pub(super) changed: u64,
}

impl Descriptor {
    /// A descriptor that event `changed` has changed, so that it is not known what it refers to, if it is open.
    pub(super) fn unknown(changed: u64) -> Self {
        Self { changed, ..Self::default() }
    }
}

/// The descriptors of a table.
#[derive(Clone, Default)]
pub(super) struct DescriptorMap {
    root: Option<Rc<MapNode>>,
    /// How many levels of branches stand above the leaves.
    height: u32,
}

#[derive(Clone)]
struct MapNode {
    children: Children,
    _charge: Charge,
}

#[derive(Clone)]
enum Children {
    Branch([Option<Rc<MapNode>>; CHILDREN]),
    Leaf(Box<[Option<Descriptor>; CHILDREN]>),
}

/// How many steps of work may still be done for the events that came so far. What would take more is forgotten.
#[derive(Default)]
pub(super) struct WorkLimit(usize);

/// The work that each event allows, in nodes.
const STEPS_PER_EVENT: usize = 32;
/// The most work that is saved up.
const MAX_STEPS: usize = 1 << 20;

impl WorkLimit {
    /// Allows the work of one more event.
    pub(super) fn add_event(&mut self) {
        self.0 = (self.0 + STEPS_PER_EVENT).min(MAX_STEPS);
    }

    /// Counts so many steps. Returns whether they are allowed.
    pub(super) fn take(&mut self, steps: usize) -> bool {
        let may = self.0 >= steps;
        self.0 = self.0.saturating_sub(steps);
        may
    }

    /// Counts a step. Returns whether it is allowed.
    fn take_step(&mut self) -> bool {
        self.take(1)
    }
}

impl DescriptorMap {
    /// What is known of a descriptor; `None` if no call was seen that changed it.
    pub(super) fn get(&self, number: u32) -> Option<&Descriptor> {
        if number >> NODE_BITS >> (self.height * NODE_BITS) != 0 {
            return None;
        }
        let (mut node, mut height) = (self.root.as_ref()?, self.height);
        loop {
            let place = place(number, height);
            match &node.children {
                Children::Branch(nodes) => node = nodes.get(place)?.as_ref()?,
                Children::Leaf(leaf) => return leaf.get(place)?.as_ref(),
            }
            height = height.checked_sub(1)?;
        }
    }

    /// Sets what is known of a descriptor.
    pub(super) fn set(&mut self, number: u32, descriptor: Descriptor, ledger: &Ledger) {
        while number >> NODE_BITS >> (self.height * NODE_BITS) != 0 {
            if let Some(root) = self.root.take() {
                let mut nodes = <[Option<Rc<MapNode>>; CHILDREN]>::default();
                if let Some(first) = nodes.first_mut() {
                    *first = Some(root);
                }
                self.root = Some(MapNode::new(Children::Branch(nodes), ledger));
            }
            self.height += 1;
        }
        let (mut node, mut height) = (&mut self.root, self.height);
        loop {
            let place = place(number, height);
            let made = node.get_or_insert_with(|| {
                let children = match height {
                    0 => Children::Leaf(Box::default()),
                    _ => Children::Branch(Default::default()),
                };
                MapNode::new(children, ledger)
            });
            match &mut Rc::make_mut(made).children {
                Children::Branch(nodes) => match nodes.get_mut(place) {
                    Some(child) => node = child,
                    None => return,
                },
                Children::Leaf(leaf) => {
                    if let Some(to) = leaf.get_mut(place) {
                        *to = Some(descriptor);
                    }
                    return;
                }
            }
            height = height.saturating_sub(1);
        }
    }

    /// Changes the known descriptors of a range for which `is_meant` holds. Forgets all descriptors if that takes too
    /// much work.
    pub(super) fn change(
        &mut self,
        range: RangeInclusive<u32>,
        work: &mut WorkLimit,
        is_meant: &dyn Fn(&Descriptor) -> bool,
        change: &dyn Fn(&mut Descriptor),
    ) {
        let Some(root) = &self.root else { return };
        let mut changing = Changing { range, work, is_meant, change };
        match changing.changed(root, 0, self.height) {
            Some(None) => (),
            Some(changed) => self.root = changed,
            None => *self = Self::default(),
        }
    }

    /// Calls `each` for all known descriptors. Returns `None` if that takes too much work.
    pub(super) fn for_each(&self, work: &mut WorkLimit, each: &mut dyn FnMut(u32, &Descriptor)) -> Option<()> {
        self.root.as_ref().map_or(Some(()), |root| visit(root, 0, self.height, work, each))
    }

    /// What both maps have: descriptors that nothing has changed between the two. Nothing if that takes too much work.
    pub(super) fn common(&self, other: &Self, work: &mut WorkLimit, ledger: &Ledger) -> Self {
        let is_same = match (&self.root, &other.root) {
            (Some(one), Some(another)) => Rc::ptr_eq(one, another),
            (None, None) => true,
            _ => false,
        };
        let mut common = self.clone();
        if is_same {
            return common;
        }
        let visited = self.for_each(work, &mut |number, descriptor| {
            if other.get(number).is_none_or(|of_other| of_other.changed != descriptor.changed) {
                let unknown = Descriptor { file: None, is_open: false, is_freed: false, ..descriptor.clone() };
                common.set(number, unknown, ledger);
            }
        });
        visited.map_or_else(Self::default, |()| common)
    }
}

impl MapNode {
    fn new(children: Children, ledger: &Ledger) -> Rc<Self> {
        let bytes = match children {
            Children::Branch(_) => size_of::<Self>(),
            Children::Leaf(_) => size_of::<Self>() + size_of::<[Option<Descriptor>; CHILDREN]>(),
        };
        Rc::new(Self { children, _charge: ledger.charge(bytes + 2 * size_of::<usize>()) })
    }
}

/// The index of the child that leads to a descriptor, in a node with so many levels below it.
fn place(number: u32, height: u32) -> usize {
    (number >> (height * NODE_BITS)) as usize % CHILDREN
}

/// A change of some descriptors.
struct Changing<'a> {
    range: RangeInclusive<u32>,
    work: &'a mut WorkLimit,
    is_meant: &'a dyn Fn(&Descriptor) -> bool,
    change: &'a dyn Fn(&mut Descriptor),
}

impl Changing<'_> {
    /// The node that replaces this one, which has the descriptors from `first` on; `Some(None)` if nothing changes in
    /// it, `None` if that takes too much work.
    fn changed(&mut self, node: &Rc<MapNode>, first: u32, height: u32) -> Option<Option<Rc<MapNode>>> {
        let (start, end) = (u64::from(*self.range.start()), u64::from(*self.range.end()));
        let span = 1_u64 << ((height + 1) * NODE_BITS);
        if start >= u64::from(first) + span || end < u64::from(first) {
            return Some(None);
        }
        if !self.work.take_step() {
            return None;
        }
        let mut replaced: Option<Rc<MapNode>> = None;
        match &node.children {
            Children::Branch(nodes) => {
                for (index, child) in nodes.iter().enumerate() {
                    let Some(child) = child else { continue };
                    let first = first | ((index as u32) << (height * NODE_BITS));
                    let Some(changed) = self.changed(child, first, height.checked_sub(1)?)? else { continue };
                    let replaced = Rc::make_mut(replaced.get_or_insert_with(|| Rc::clone(node)));
                    if let Children::Branch(nodes) = &mut replaced.children {
                        *nodes.get_mut(index)? = Some(changed);
                    }
                }
            }
            Children::Leaf(leaf) => {
                for (index, descriptor) in leaf.iter().enumerate() {
                    let is_in_range = self.range.contains(&(first | index as u32));
                    if !descriptor.as_ref().is_some_and(|descriptor| is_in_range && (self.is_meant)(descriptor)) {
                        continue;
                    }
                    let replaced = Rc::make_mut(replaced.get_or_insert_with(|| Rc::clone(node)));
                    if let Children::Leaf(leaf) = &mut replaced.children {
                        leaf.get_mut(index)?.as_mut().map(self.change);
                    }
                }
            }
        }
        Some(replaced)
    }
}

fn visit(
    node: &MapNode,
    first: u32,
    height: u32,
    work: &mut WorkLimit,
    each: &mut dyn FnMut(u32, &Descriptor),
) -> Option<()> {
    if !work.take_step() {
        return None;
    }
    match &node.children {
        Children::Branch(nodes) => {
            for (index, child) in nodes.iter().enumerate() {
                if let Some(child) = child {
                    visit(child, first | ((index as u32) << (height * NODE_BITS)), height - 1, work, each)?;
                }
            }
        }
        Children::Leaf(leaf) => {
            for (index, descriptor) in leaf.iter().enumerate() {
                if let Some(descriptor) = descriptor {
                    each(first | index as u32, descriptor);
                }
            }
        }
    }
    Some(())
}
