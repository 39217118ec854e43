// # How a scheduler is put together
//
// A scheduler of `diffusers` is a configuration and a plan, and that is all it is here: arithmetic lives in `Scheduling`,
// one file for each paper, and this module has one file for each class.
//
//     SchedulerConfig   keys and JSON values, open to those of other classes
//     ConfigReader      reads the keys of one class: type, range and default, said once
//     Config/           groups of keys that classes share, each read in one place
//     Classes/          for each class: its keys, the plan of a run, the solver, its quirks
//     SchedulerRegistry the classes by name; AnyScheduler, the class that a configuration names
//
// A class is a value with a single initialiser, `init(config:)`, which reads its keys one after the other. What it read
// becomes its own `config`: so keys, defaults, types and ranges stand in one line each, and there is no second list that
// could disagree. `sampler(_:)` makes a `Plan`, picks a `Solver`, and hands both to a `Sampler`, which holds all state.
//
// ## Configurations
//
// They are tolerant about form and strict about meaning. A byte-order mark, `NaN` beside the point, unknown keys, `1000.0`
// for `1000`: fine. A wrong type, a name that is none, a number out of range: an error at load, with the key, the value
// and what is allowed. Python finds out about half of these in the middle of a run, and about some of them never.
//
// A value is either somebody's choice or a class's default (`SchedulerConfig.defaultedKeys`). Handed to another class, a
// choice goes along and a default does not; in a file everything is a choice, because a file does not tell.
//
// ## Quirks
//
// Where `diffusers` differs from its sources, a class does what `diffusers` does, unless its `quirks` are switched off.

// Whoever uses a scheduler writes its values as literals and steps its sampler.
@_exported public import PythonJSON
@_exported public import Scheduling
