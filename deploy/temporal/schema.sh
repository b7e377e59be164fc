#!/bin/sh
# Makes Temporal's two databases, or brings them up to date. It may run again:
# what is there stays.
set -eu

for pair in temporal:temporal temporal_visibility:visibility; do
	database=${pair%:*}
	temporal-sql-tool --database "$database" create
	temporal-sql-tool --database "$database" setup-schema --version 0.0
	temporal-sql-tool --database "$database" update-schema --schema-name "postgresql/v12/${pair#*:}"
done
