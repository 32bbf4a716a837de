// SPDX-License-Identifier: GPL-2.0

//! What a probe does about a call that is not recorded.

use super::context::ProbeContext;
use super::decision::ProbeKind;
use crate::kernel_api::arch::RETURN_NEEDS_ENTRY;
use crate::kernel_api::preempt::PreemptGuard;
use crate::kernel_api::task::CurrentTask;

/// Exempts the running task if it cannot pass and the moment is right.
#[inline(always)]
pub(super) fn skip_call(context: &ProbeContext, guard: &PreemptGuard, kind: ProbeKind) {
    if kind.exempts(context.settings.selection.edges, RETURN_NEEDS_ENTRY) && context.exemption.is_on() {
        exempt_current(context, guard);
    }
}

/// Exempts the running task if it cannot pass the filter.
#[cold]
#[inline(never)]
fn exempt_current(context: &ProbeContext, guard: &PreemptGuard) {
    context.exemption.exempt(&context.verdict, &CurrentTask::get(), guard);
}
