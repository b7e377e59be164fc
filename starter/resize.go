package starter

import (
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker"
)

func resizeCommand() *cli.Command {
	return changeCommand(change{kind: gennaker.OpResize, usage: "set how many instances a server group has", guarded: true,
		example: `gennaker server-groups resize shop-prod-v003 --capacity 5 --account local
gennaker server-groups resize shop-prod-v003 --capacity 1/3/9 --account local
gennaker server-groups resize shop-prod-v003 --by +2 --account local
gennaker server-groups resize shop-prod-v003 --by -25% --account local
gennaker server-groups resize shop-prod-v003 --like shop-prod-v002 --account local
gennaker server-groups resize shop-prod-v003 --like-cluster --account local

One of --capacity, --by, --like and --like-cluster says how big; --by changes
min, desired and max alike. --pin and --pin-min can go with it or alone.`,
		flags: []cli.Flag{
			&cli.StringFlag{Name: "capacity", Usage: "`N` instances, or MIN/DESIRED/MAX"},
			&cli.StringFlag{Name: "by", Usage: "so many more or fewer: `CHANGE` is as +2, -1, +50% or -25%"},
			&cli.StringFlag{Name: "like", Usage: "as big as the server group called `NAME`"},
			&cli.BoolFlag{DisableDefaultText: true, Name: "like-cluster", Usage: "as big as the biggest of the cluster"},
			&cli.BoolFlag{DisableDefaultText: true, Name: "pin", Usage: "let min and max be desired"},
			&cli.BoolFlag{DisableDefaultText: true, Name: "pin-min", Usage: "let min be desired"},
			&cli.IntFlag{Name: "healthy", Usage: "be content with `PERCENT` of the instances healthy"},
		},
		fields: resizeFields})
}

// resizeFields read how big it is to be, as the fields of a resize stage.
func resizeFields(c *cli.Context) (map[string]any, error) {
	fields, err := sizeFields(c)
	if err != nil {
		return nil, err
	}
	for flag, field := range map[string]string{"pin": "pinCapacity", "pin-min": "pinMinimumCapacity"} {
		if c.Bool(flag) {
			fields[field] = true
		}
	}
	if c.IsSet("healthy") {
		if n := c.Int("healthy"); n < 0 || n > 100 {
			return nil, usagef("--healthy %d: give a percentage from 0 to 100", n)
		}
		fields["targetHealthyDeployPercentage"] = c.Int("healthy")
	}
	return fields, nil
}

func sizeFields(c *cli.Context) (map[string]any, error) {
	said := 0
	for _, flag := range []string{"capacity", "by", "like", "like-cluster"} {
		if c.IsSet(flag) {
			said++
		}
	}
	pins := c.Bool("pin") || c.Bool("pin-min")
	switch {
	case said > 1:
		return nil, usagef("give one of --capacity, --by, --like and --like-cluster")
	case c.IsSet("by"):
		return stepFields(c.String("by"))
	case c.IsSet("like"):
		return map[string]any{"action": "scale_to_server_group", "source": map[string]any{"serverGroupName": c.String("like")}}, nil
	case c.Bool("like-cluster"):
		return map[string]any{"action": "scale_to_cluster"}, nil
	case said == 0 && pins:
		return map[string]any{"action": "scale_exact"}, nil
	}
	capacity, err := parseCapacity(c.String("capacity"))
	if err != nil {
		return nil, err
	}
	return map[string]any{"capacity": map[string]any{"min": capacity.Min, "desired": capacity.Desired, "max": capacity.Max}}, nil
}

// stepFields read +2, -1, +50% or -25%.
func stepFields(text string) (map[string]any, error) {
	number, percent := strings.CutSuffix(text, "%")
	n, err := strconv.Atoi(number)
	signed := strings.HasPrefix(text, "+") || strings.HasPrefix(text, "-")
	if err != nil || n == 0 || !signed {
		return nil, usagef("--by %q: say how many more or fewer, such as +2, -1, +50%% or -25%%", text)
	}
	fields := map[string]any{"action": "scale_up"}
	if n < 0 {
		n, fields["action"] = -n, "scale_down"
	}
	fields["scaleNum"] = n
	if percent {
		delete(fields, "scaleNum")
		fields["scalePct"] = n
	}
	return fields, nil
}

// parseCapacity reads N or MIN/DESIRED/MAX.
func parseCapacity(text string) (gennaker.Capacity, error) {
	parts := strings.Split(text, "/")
	var n []int
	for _, part := range parts {
		i, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil {
			return gennaker.Capacity{}, usagef("--capacity %q: give a number or MIN/DESIRED/MAX, such as 3 or 1/3/9", text)
		}
		n = append(n, i)
	}
	var capacity gennaker.Capacity
	switch len(n) {
	case 1:
		capacity = gennaker.Capacity{Min: n[0], Desired: n[0], Max: n[0]}
	case 3:
		capacity = gennaker.Capacity{Min: n[0], Desired: n[1], Max: n[2]}
	default:
		return capacity, usagef("--capacity %q: give a number or MIN/DESIRED/MAX, such as 3 or 1/3/9", text)
	}
	if err := capacity.Check(); err != nil {
		return capacity, usagef("--capacity: %v", err)
	}
	return capacity, nil
}

// capacityFields read --capacity as the field of a document.
func capacityFields(c *cli.Context) (map[string]any, error) {
	if !c.IsSet("capacity") {
		return map[string]any{}, nil
	}
	return sizeFields(c)
}

// commas splits A,B at its commas.
func commas(text string) []string {
	var list []string
	for word := range strings.SplitSeq(text, ",") {
		if word = strings.TrimSpace(word); word != "" {
			list = append(list, word)
		}
	}
	return list
}
