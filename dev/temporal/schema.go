package temporal

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/server/common/persistence/sql/sqlplugin"
	"go.temporal.io/server/schema/sqlite"
	"google.golang.org/protobuf/types/known/durationpb"

	_ "modernc.org/sqlite" // database/sql knows it as sqlite
)

// schemaVersion names the tables that this server makes and understands.
const schemaVersion = "temporal " + sqlite.Version + ", visibility " + sqlite.VisibilityVersion

// ErrSchema says that a file was made by a server with other tables.
var ErrSchema = errors.New("other schema")

// prepare makes the file, with the namespace in it, unless it is there.
func prepare(c Config) error {
	_, err := os.Stat(c.File)
	if errors.Is(err, fs.ErrNotExist) {
		err = create(c.File)
	}
	if err != nil {
		return err
	}
	if err := checkSchema(c.File); err != nil {
		return err
	}
	attributes := map[string]enums.IndexedValueType{}
	for _, name := range c.SearchAttributes {
		attributes[name] = enums.INDEXED_VALUE_TYPE_KEYWORD
	}
	namespace, err := sqlite.NewNamespaceConfig(clusterName, c.Namespace, false, attributes)
	if err != nil {
		return err
	}
	namespace.Detail.Config.Retention = durationpb.New(c.Retention)
	return sqlite.CreateNamespaces(database(c.File), namespace)
}

// create makes the file whole or not at all, even if the process dies.
func create(file string) error {
	unfinished := file + ".new"
	if err := os.Remove(unfinished); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := createTables(unfinished); err != nil {
		return fmt.Errorf("create tables: %w", err)
	}
	return os.Rename(unfinished, file)
}

func createTables(file string) error {
	db, err := open(file, "rwc")
	if err != nil {
		return err
	}
	defer db.Close()
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing to undo after the commit
	if err := sqlite.SetupSchemaOnDB(tables{tx: tx}); err != nil {
		return err
	}
	_, err = tx.Exec(`CREATE TABLE gennaker_schema (version TEXT NOT NULL)`)
	if err == nil {
		_, err = tx.Exec(`INSERT INTO gennaker_schema VALUES (?)`, schemaVersion)
	}
	return errors.Join(err, tx.Commit())
}

// tables lets Temporal make its tables in our transaction. It uses nothing
// but Exec of the interface.
type tables struct {
	sqlplugin.AdminDB
	tx *sql.Tx
}

func (t tables) Exec(statement string, args ...any) error {
	_, err := t.tx.Exec(statement, args...)
	return err
}

// checkSchema refuses a file whose tables are not those of this server.
func checkSchema(file string) error {
	db, err := open(file, "ro")
	if err != nil {
		return err
	}
	defer db.Close()
	var version string
	if err := db.QueryRow(`SELECT version FROM gennaker_schema`).Scan(&version); err != nil {
		return fmt.Errorf("%w: it was not made by gennaker-dev (%w): use another state folder", ErrSchema, err)
	}
	if version != schemaVersion {
		return fmt.Errorf("%w: it has %s and this gennaker-dev needs %s: use the gennaker-dev that made it, or another state folder",
			ErrSchema, version, schemaVersion)
	}
	return nil
}

func open(file, mode string) (*sql.DB, error) {
	name := url.URL{Path: file}
	db, err := sql.Open("sqlite", "file:"+name.EscapedPath()+"?mode="+mode+"&_pragma=busy_timeout(10000)")
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}
