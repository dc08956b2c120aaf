"""Pure rules of lists (清单): how a sheet is read, how editions differ, which item a message is about."""
