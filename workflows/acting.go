package workflows

// user is for whom the stage acts: whoever answered the nearest judgment above
// it that propagates its authentication, and otherwise who started the
// execution.
func (sc *scope) user() string {
	for _, s := range sc.ancestors() {
		n := sc.r.known[s.RefID]
		if n != nil && n.doc.PropagateAuth && s.Judgment != nil && s.Judgment.Continue {
			return s.Judgment.By
		}
	}
	return sc.r.e.Trigger.User
}
