package dev

import (
	"fmt"
	"os"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// maxLog is the size above which a log file is put aside at the next start.
const maxLog = 20 << 20

// logger logs to a part's file in the folder log.
func (d *Dev) logger(part string) (*zap.Logger, error) {
	path := d.file("log", part+".log")
	if info, err := os.Stat(path); err == nil && info.Size() > maxLog {
		if err := os.Rename(path, path+".old"); err != nil {
			return nil, fmt.Errorf("log: %w", err)
		}
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("log: %w", err)
	}
	c := zap.NewProductionEncoderConfig()
	c.EncodeTime = zapcore.TimeEncoderOfLayout("2006-01-02 15:04:05.000")
	c.EncodeLevel = zapcore.CapitalLevelEncoder
	level := d.config.LogLevel
	if part == "worker" {
		level = min(level, zapcore.InfoLevel) // it has what people are told
	}
	core := zapcore.NewCore(zapcore.NewConsoleEncoder(c), zapcore.Lock(file), level)
	return zap.New(core, zap.WithFatalHook(fatal{part: part, path: path})), nil
}

// fatal is what happens when a part gives up. Temporal's server does that by
// logging and ending the process; people should see why.
type fatal struct{ part, path string }

func (f fatal) OnWrite(entry *zapcore.CheckedEntry, fields []zapcore.Field) {
	reason := ""
	for _, field := range fields {
		if field.Type == zapcore.ErrorType {
			reason = fmt.Sprintf(": %v", field.Interface)
		}
	}
	fmt.Fprintf(os.Stderr, "gennaker-dev: %s gave up: %s%s: see %s\n", f.part, entry.Message, reason, f.path)
	os.Exit(1)
}
