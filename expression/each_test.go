package expression_test

import "testing"

func TestEvaluateGoesThroughItems(t *testing.T) {
	checkAll(t, []example{
		{"a projection", `trigger.list.![#this * 2]`, `[2,4,6]`},
		{"a projection of a field", `{{a: 1}, {a: 2}, {b: 3}}.![a]`, `[1,2,null]`},
		{"a projection in a projection", `{{1, 2}, {3}}.![#this.![#this + 1]]`, `[[2,3],[4]]`},
		{"a projection of an object", `{b: 2, a: 1}.![key + value]`, `["a1","b2"]`},
		{"a projection with the item's method", `trigger.names.![toUpperCase()]`, `["A","B"]`},
		{"a projection with an outer name", `trigger.list.![#this + #root.trigger.n]`, `[8,9,10]`},
		{"an outer name in an index", `trigger.list.![#root['trigger'].n]`, `[7,7,7]`},
		{"a projection over null", `parameters.none?.![x]`, `null`},
		{"a projection of nothing", `{}.![x]`, `[]`},

		{"a selection", `trigger.list.?[#this > 1]`, `[2,3]`},
		{"a selection by a field", `{{n: 'a', v: 1}, {n: 'b', v: 2}}.?[n == 'b'].![v]`, `[2]`},
		{"a selection with words", `trigger.list.?[#this ge 2 and not (#this eq 3)]`, `[2]`},
		{"a selection of nothing", `trigger.list.?[#this > 9]`, `[]`},
		{"a selection from an object", `{a: 1, b: 2}.?[value > 1]`, `{"b":2}`},
		{"a selection over null", `parameters.none?.?[x]`, `null`},
		{"a method of a field of the item", `{{n: 'ab'}, {n: 'b'}}.?[n.startsWith('a')][0].n`, `"ab"`},
		{"the first", `trigger.list.^[#this > 1]`, `2`},
		{"the first of none", `trigger.list.^[#this > 9]`, `null`},
		{"the last", `trigger.list.$[#this < 3]`, `2`},
		{"the last of none", `trigger.list.$[#this > 9]`, `null`},
		{"the first of an object, by key", `{b: 1, a: 1}.^[value == 1]`, `{"a":1}`},
		{"the last of an object, by key", `{b: 1, a: 1}.$[value == 1]`, `{"b":1}`},
		{"the first in safety", `parameters.none?.^[true]`, `null`},
		{"names are the root's again behind it", `{trigger.list.![1][0], trigger.n}`, `[1,7]`},
		{"#this outside is the root", `#this.trigger.n`, `7`},
		{"#root", `#root.trigger.n + #root['number']`, `12`},

		{"a power", `{2 ^ 10, 2.0 ^ -1, 2 ^ -1, -2 ^ 2}`, `[1024,0.5,0,4]`},
		{"a power binds stronger", `2 * 3 ^ 2`, `18`},
		{"between, with both ends", `{1 between {1, 2}, 3 between {1, 2}, 'b' between {'a', 'c'}}`, `[true,false,true]`},
		{"zero has no sign", `0 * -1`, `0`},
	})
}

func TestEvaluateKnowsTypes(t *testing.T) {
	checkAll(t, []example{
		{"instanceof of text", `{'a' instanceof T(String), 1 instanceof T(java.lang.String)}`, `[true,false]`},
		{"instanceof of numbers", `{1 instanceof T(Integer), 1.5 instanceof T(Integer), 1.0 instanceof T(Double), trigger.half instanceof T(Double), trigger.big instanceof T(Integer), trigger.big instanceof T(Long), 1 instanceof T(Number)}`,
			`[true,false,true,true,false,true,true]`},
		{"instanceof of the rest", `{true instanceof T(Boolean), {} instanceof T(java.util.List), {:} instanceof T(java.util.Map), null instanceof T(Object), 1 instanceof T(Object)}`, `[true,true,true,false,true]`},
		{"instanceof by condition", `trigger.user instanceof T(String) ? trigger.user.length() : 0`, `3`},

		{"absolute values, the larger, the smaller", `{T(Math).abs(-2), T(java.lang.Math).max(1, 2.5), T(Math).min(3, 2)}`, `[2,2.5,2]`},
		{"rounding", `{T(Math).round(2.5), T(Math).round(-2.5), T(Math).floor(-1.5), T(Math).ceil(1.2), T(Math).rint(2.5)}`, `[3,-2,-2,2,2]`},
		{"a double stays one", `T(Math).floor(5.0) / 2`, `2.5`},
		{"the larger of whole numbers is whole", `T(Math).max(5, 3) / 2`, `2`},
		{"powers and roots", `{T(Math).pow(2, 3), T(Math).sqrt(9), T(Math).signum(-3)}`, `[8,3,-1]`},
		{"floors of divisions", `{T(Math).floorDiv(-5, 2), T(Math).floorMod(-5, 3)}`, `[-3,1]`},
		{"pi", `T(Math).PI > 3.14`, `true`},

		{"text to numbers", `{T(Integer).parseInt(parameters.count) + 1, T(Long).parseLong('12345678901'), T(Integer).valueOf('-7'), T(Integer).parseInt('ff', 16), new Integer(5)}`, `[4,12345678901,-7,255,5]`},
		{"text to fractions", `{T(Double).parseDouble(parameters.version), T(Double).valueOf('3') / 2, T(Float).parseFloat('0.5')}`, `[1.2,1.5,0.5]`},
		{"text to booleans", `{T(Boolean).parseBoolean('TRUE'), T(Boolean).valueOf('yes'), T(Boolean).TRUE}`, `[true,false,true]`},
		{"bounds and hexadecimal", `{T(Integer).MAX_VALUE, T(Integer).toHexString(255), T(Integer).toHexString(-1), T(Integer).compare(1, 2)}`, `[2147483647,"ff","ffffffff",-1]`},
		{"numbers to text", `{T(String).valueOf(7), T(Integer).toString(7), T(String).valueOf(null)}`, `["7","7","null"]`},
		{"new text", `new String('a') + new java.lang.String()`, `"a"`},
		{"joins", `{T(String).join('-', trigger.names), T(String).join('-', 'a', 'b', 'c')}`, `["a-b","a-b-c"]`},
		{"formats", `T(String).format('%s|%5d|%-4s|%05d|%.2f|%,d|%x|%X|%%|%S|%+d|%2$s', 'a', 42, 'b', -42, 2.5, 1234567, 255, 255, 'up', 3)`,
			`"a|   42|b   |-0042|2.50|1,234,567|ff|FF|%|UP|+3|42"`},
		{"formats of other kinds", `T(String).format('%b %c%n%(d %s %.1s', true, 'c', -5, null, 'xyz')`, `"true c\n(5) null x"`},
		{"URLs", `{T(java.net.URLEncoder).encode('a b&c/é*'), T(java.net.URLEncoder).encode('~', 'utf-8')}`, `["a+b%26c%2F%C3%A9*","%7E"]`},
	})
}

func TestEvaluateCallsMethods(t *testing.T) {
	checkAll(t, []example{
		{"parts of text", `{'héllo'.substring(1), 'hello'.substring(1, 3), 'hello'.substring(5), 'hello'.charAt(1)}`, `["éllo","el","","e"]`},
		{"places in text", `{'héllo'.indexOf('l'), 'hello'.indexOf('l', 3), 'hello'.indexOf('z'), 'hello'.lastIndexOf('l'), 'hello'.lastIndexOf('z'), 'a'.indexOf('a', 9)}`, `[2,3,-1,3,-1,-1]`},
		{"more text", `{'a'.concat('b'), 'ab'.repeat(2), ' '.isBlank(), ' a '.strip(), 'A'.equalsIgnoreCase('a'), 'a'.compareTo('b'), 'B'.compareToIgnoreCase('b'), ''.empty}`, `["ab","abab",true,"a",true,-1,0,true]`},
		{"replacing by pattern", `{'a1b22'.replaceAll('[0-9]+', '#'), 'a1b22'.replaceFirst('[0-9]+', ''), 'ab'.replaceAll('(a)(b)', '$2$1'), 'v1'.replaceAll('(?<n>[0-9])', '[${n}]')}`, `["a#b#","ab22","ba","v[1]"]`},
		{"a group's number ends where there is no such group", `'ab'.replaceAll('(a)b', '$10')`, `"a0"`},
		{"a sign that stands for itself", `'a'.replaceAll('a', '\$1')`, `"$1"`},
		{"splitting with a limit", `{'a,b,c'.split(',', 2), 'a,,'.split(',', -1), 'a,,'.split(',')}`, `[["a","b,c"],["a","",""],["a"]]`},
		{"the length of what was split", `'a,b'.split(',').length`, `2`},
		{"lists", `{trigger.list.get(0), trigger.list.indexOf(3), trigger.list.indexOf(9), {1, 2, 1}.lastIndexOf(1), trigger.list.subList(1, 3), trigger.list.containsAll({1, 3}), trigger.list.containsAll({4}), {}.empty}`, `[1,2,-1,2,[2,3],true,false,true]`},
		{"joining", `{trigger.names.join('-'), {1, null, true}.join(), {}.join(',')}`, `["a-b","1,null,true",""]`},
		{"objects", `{trigger.x.get('y').z, trigger.get('nope'), trigger.getOrDefault('nope', 'd'), trigger.getOrDefault('n', 'd')}`, `["deep",null,"d",7]`},
		{"keys and values, by key", `{{b: 1, a: 2}.keySet(), {b: 1, a: 2}.values(), {a: 2}.entrySet(), {a: 2}.containsValue(2), {a: 2}.containsValue(3)}`, `[["a","b"],[2,1],[{"key":"a","value":2}],true,false]`},
		{"entries as Java reads them", `{a: 2}.entrySet().![getKey() + getValue()]`, `["a2"]`},
		{"numbers", `{2.7.intValue(), 5.doubleValue() / 2, 5.longValue(), 1.compareTo(2)}`, `[2,2.5,5,-1]`},
		{"getters of objects", `trigger.getUser()`, `"ada"`},
	})
}
