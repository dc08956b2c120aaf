"""Questions about reports and cases, by idea: doors, worklist, page, tracking, routing, figures."""
