// The functions of the C library that the numerics need, under their own names, so that no other file says which C
// library it is.

#if canImport(Glibc)
  import Glibc

  func exp(_ x: Double) -> Double { Glibc.exp(x) }
  func expm1(_ x: Double) -> Double { Glibc.expm1(x) }
  func log(_ x: Double) -> Double { Glibc.log(x) }
  func log1p(_ x: Double) -> Double { Glibc.log1p(x) }
  func cos(_ x: Double) -> Double { Glibc.cos(x) }
  func sin(_ x: Double) -> Double { Glibc.sin(x) }
  func tan(_ x: Double) -> Double { Glibc.tan(x) }
  func atan(_ x: Double) -> Double { Glibc.atan(x) }
  func tanh(_ x: Double) -> Double { Glibc.tanh(x) }
  func tgamma(_ x: Double) -> Double { Glibc.tgamma(x) }
  func pow(_ x: Double, _ y: Double) -> Double { Glibc.pow(x, y) }
  func atan2(_ y: Double, _ x: Double) -> Double { Glibc.atan2(y, x) }
  func log(_ x: Float) -> Float { Glibc.logf(x) }
  func cos(_ x: Float) -> Float { Glibc.cosf(x) }
  func sin(_ x: Float) -> Float { Glibc.sinf(x) }
#elseif canImport(Musl)
  import Musl

  func exp(_ x: Double) -> Double { Musl.exp(x) }
  func expm1(_ x: Double) -> Double { Musl.expm1(x) }
  func log(_ x: Double) -> Double { Musl.log(x) }
  func log1p(_ x: Double) -> Double { Musl.log1p(x) }
  func cos(_ x: Double) -> Double { Musl.cos(x) }
  func sin(_ x: Double) -> Double { Musl.sin(x) }
  func tan(_ x: Double) -> Double { Musl.tan(x) }
  func atan(_ x: Double) -> Double { Musl.atan(x) }
  func tanh(_ x: Double) -> Double { Musl.tanh(x) }
  func tgamma(_ x: Double) -> Double { Musl.tgamma(x) }
  func pow(_ x: Double, _ y: Double) -> Double { Musl.pow(x, y) }
  func atan2(_ y: Double, _ x: Double) -> Double { Musl.atan2(y, x) }
  func log(_ x: Float) -> Float { Musl.logf(x) }
  func cos(_ x: Float) -> Float { Musl.cosf(x) }
  func sin(_ x: Float) -> Float { Musl.sinf(x) }
#else
  import Darwin

  func exp(_ x: Double) -> Double { Darwin.exp(x) }
  func expm1(_ x: Double) -> Double { Darwin.expm1(x) }
  func log(_ x: Double) -> Double { Darwin.log(x) }
  func log1p(_ x: Double) -> Double { Darwin.log1p(x) }
  func cos(_ x: Double) -> Double { Darwin.cos(x) }
  func sin(_ x: Double) -> Double { Darwin.sin(x) }
  func tan(_ x: Double) -> Double { Darwin.tan(x) }
  func atan(_ x: Double) -> Double { Darwin.atan(x) }
  func tanh(_ x: Double) -> Double { Darwin.tanh(x) }
  func tgamma(_ x: Double) -> Double { Darwin.tgamma(x) }
  func pow(_ x: Double, _ y: Double) -> Double { Darwin.pow(x, y) }
  func atan2(_ y: Double, _ x: Double) -> Double { Darwin.atan2(y, x) }
  func log(_ x: Float) -> Float { Darwin.logf(x) }
  func cos(_ x: Float) -> Float { Darwin.cosf(x) }
  func sin(_ x: Float) -> Float { Darwin.sinf(x) }
#endif
