// SPDX-License-Identifier: GPL-2.0

//! Empty probes, from `bench/floor`: no tracer is cheaper.

use super::tracer::{own_all, Tracer};
use crate::evidence::expected::ExpectedRecording;
use crate::evidence::measured_call::MeasuredCall;
use crate::setup::Setup;
use crate::system::stop::Result;

pub struct Floor {
    parameters: Vec<String>,
}

impl Floor {
    pub fn new(parameters: &[&str]) -> Self {
        Self { parameters: own_all(parameters) }
    }
}

impl Tracer for Floor {
    fn find_obstacle(&self, setup: &Setup) -> std::result::Result<(), String> {
        let obstacle = format!("{} is not there or does not load", setup.floor.path.display());
        setup.floor.try_to_load(&self.parameters).map_err(|_| obstacle)
    }

    fn start(&self, setup: &Setup) -> Result<()> {
        setup.floor.must_load(&self.parameters)
    }

    fn stop(&self, setup: &Setup) -> Result<u64> {
        setup.floor.unload()?;
        Ok(0)
    }

    fn has_bytes(&self) -> bool {
        false
    }

    fn expected_recording(&self) -> Option<ExpectedRecording> {
        None
    }

    fn for_each_line(&self, _setup: &Setup, _take: &mut dyn FnMut(&str)) -> Result<bool> {
        Ok(true)
    }

    fn find_loss(&self, _setup: &Setup, _call: MeasuredCall, _calls: u64) -> Result<Option<String>> {
        Ok(None)
    }
}
