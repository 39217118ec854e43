import Testing

@testable import Scheduling

@Suite struct ScalarsTests {
  @Test(arguments: [[0.5], [-1, 2], [-2, -1, 1], [-3.5, -2, -0.25, 1, 4]])
  func `weights have the moments asked for`(points: [Double]) {
    let nodes = Scalars(count: points.count) { points[$0] }
    let moments = Scalars(count: points.count) { 1 / Double($0 + 2) }
    let weights = nodes.weights(ofMoments: moments)
    for power in points.indices {
      let moment = points.indices.reduce(0) { sum, k in
        sum + weights[k] * (0..<power).reduce(1) { product, _ in product * points[k] }
      }
      #expect(abs(moment - moments[power]) < 1e-12)
    }
  }
}
