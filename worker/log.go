package worker

import (
	"fmt"

	"go.temporal.io/sdk/log"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// Logger makes the logger that the configuration asks for. It writes to
// standard error.
func (l Log) Logger() (*zap.Logger, error) {
	level, err := zap.ParseAtomicLevel(l.Level)
	if err != nil {
		return nil, fmt.Errorf("log.level: %w", err)
	}
	c := zap.NewProductionConfig()
	c.Level = level
	c.EncoderConfig.EncodeTime = zapcore.RFC3339NanoTimeEncoder
	c.Encoding = l.Format
	if l.Format == "console" {
		c.EncoderConfig.EncodeTime = zapcore.TimeEncoderOfLayout("15:04:05.000")
		c.EncoderConfig.EncodeLevel = zapcore.CapitalLevelEncoder
	}
	c.DisableCaller, c.DisableStacktrace, c.Sampling = true, true, nil
	return c.Build()
}

// sdkLogger lets Temporal's SDK log through zap.
type sdkLogger struct{ to *zap.SugaredLogger }

var (
	_ log.Logger     = sdkLogger{}
	_ log.WithLogger = sdkLogger{}
)

func (l sdkLogger) Debug(msg string, keyvals ...any) { l.to.Debugw(msg, keyvals...) }
func (l sdkLogger) Info(msg string, keyvals ...any)  { l.to.Infow(msg, keyvals...) }
func (l sdkLogger) Warn(msg string, keyvals ...any)  { l.to.Warnw(msg, keyvals...) }
func (l sdkLogger) Error(msg string, keyvals ...any) { l.to.Errorw(msg, keyvals...) }

func (l sdkLogger) With(keyvals ...any) log.Logger { return sdkLogger{l.to.With(keyvals...)} }
