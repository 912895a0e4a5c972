/* SPDX-License-Identifier: MIT */
/* The reasons of failures, in the caller's array. */
#include "live_reason.h"

struct rawbpf_live_reason *rawbpf__live_reason(struct rawbpf_live *live,
					       enum rawbpf_live_stage stage, unsigned index,
					       enum rawbpf_way way, int error)
{
	struct rawbpf_live_reason *reason;

	if (live->reason_count++ >= live->spec.reason_max)
		return NULL;
	reason = &live->spec.reasons[live->reason_count - 1];
	reason->stage = stage;
	reason->index = index;
	reason->way = way;
	reason->error = error;
	reason->mistake = (struct rawbpf_collection_error){ 0 };
	reason->text[0] = '\0';
	return reason;
}

int rawbpf__live_fail(struct rawbpf_live *live, enum rawbpf_live_stage stage, unsigned index,
		      enum rawbpf_way way, const struct rawbpf_error *error)
{
	struct rawbpf_live_reason *reason = rawbpf__live_reason(live, stage, index, way, error->error);

	if (reason)
		rawbpf_error_explain(reason->text, sizeof reason->text, error);
	return error->error;
}

int rawbpf__live_mistake(struct rawbpf_live *live, enum rawbpf_live_stage stage, unsigned index,
			 enum rawbpf_way way, int error,
			 const struct rawbpf_collection_error *mistake)
{
	struct rawbpf_live_reason *reason = rawbpf__live_reason(live, stage, index, way, error);
	struct rawbpf__out out;

	if (reason) {
		reason->mistake = *mistake;
		out = rawbpf__out_begin(reason->text, sizeof reason->text);
		rawbpf__out_text(&out, mistake->at.message);
	}
	return error;
}
