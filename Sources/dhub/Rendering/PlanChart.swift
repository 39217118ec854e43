import Foundation
import Scheduling

/// Plans drawn over each other as SVG.
///
/// Schedulers keep their samples in different frames, so what is drawn is what the frames have in common: the
/// noise-to-signal ratio on a logarithmic axis, and the signal's share of the variance.
struct PlanChart: Sendable {
  /// A plan as points from the start of the run to its end, which is not drawn where a logarithm has none.
  private struct Line {
    let name: String
    let levels: [NoiseLevel]
  }

  /// A diagram: its title, its frame on the page, its vertical axis.
  private struct Panel {
    let title: String
    let top: Double
    let value: @Sendable (NoiseLevel) -> Double?
    let range: ClosedRange<Double>
    let ticks: [(value: Double, label: String)]
  }

  private static let (width, panelHeight, left, right) = (760.0, 250.0, 64.0, 24.0)
  /// Colours that the colour-blind can tell apart (Okabe and Ito 2008).
  private static let colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"]

  private let lines: [Line]
  private let steps: Int

  /// A chart of these plans, each of so many steps.
  init(_ plans: [(name: String, plan: Plan)], steps: Int) {
    self.steps = steps
    lines = plans.map { name, plan in
      Line(name: name, levels: plan.stages.map(\.level) + plan.stages.suffix(1).map(\.end))
    }
  }

  /// The drawing.
  var svg: String {
    let legendTop = 2 * (Self.panelHeight + 76) + 12
    let height = legendTop + Double(lines.count) * 20 + 16
    let body = [noisePanel, signalPanel].map(draw) + [legend(legendTop)]
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(text(Self.width)) \(text(height))" \
      width="\(text(Self.width))" height="\(text(height))" font-family="sans-serif" font-size="12" fill="#333">
      <rect width="100%" height="100%" fill="white"/>
      \(body.joined(separator: "\n"))
      </svg>

      """
  }

  private var noisePanel: Panel {
    let value: @Sendable (NoiseLevel) -> Double? = { level in
      level.sigma > 0 && level.alpha > 0 ? log10(level.sigma / level.alpha) : nil
    }
    let values = lines.flatMap { $0.levels.compactMap(value) }
    let (low, high) = ((values.min() ?? -1).rounded(.down), (values.max() ?? 1).rounded(.up))
    let range = low...max(high, low + 1)
    let decades = stride(from: range.lowerBound, through: range.upperBound, by: 1)
    let ticks = decades.map { ($0, decimal(pow(10, $0), max(0, Int(-$0)))) }
    return Panel(
      title: "Noise to signal, \u{03C3}/\u{03B1} (logarithmic)", top: 36, value: value, range: range, ticks: ticks)
  }

  private var signalPanel: Panel {
    let ticks = [0, 0.25, 0.5, 0.75, 1].map { ($0, decimal($0, 2)) }
    return Panel(
      title: "Signal's share of the variance, \u{03B1}\u{00B2}/(\u{03B1}\u{00B2}+\u{03C3}\u{00B2})",
      top: 36 + Self.panelHeight + 76,
      value: { $0.alpha * $0.alpha / ($0.alpha * $0.alpha + $0.sigma * $0.sigma) }, range: 0...1, ticks: ticks)
  }

  // MARK: Drawing

  private func draw(_ panel: Panel) -> String {
    let (right, bottom) = (Self.width - Self.right, panel.top + Self.panelHeight)
    var parts = [
      #"<text x="\#(text(Self.left))" y="\#(text(panel.top - 12))" font-weight="bold">\#(panel.title)</text>"#
    ]
    for tick in panel.ticks {
      let y = y(tick.value, panel)
      parts.append(#"<path d="M\#(text(Self.left)) \#(text(y))H\#(text(right))" stroke="gainsboro"/>"#)
      parts.append(
        #"<text x="\#(text(Self.left - 8))" y="\#(text(y + 4))" text-anchor="end">\#(tick.label)</text>"#)
    }
    for index in Self.stepTicks(evaluations) {
      let (x, label) = (x(Double(index), of: evaluations), "\(index)")
      parts.append(#"<path d="M\#(text(x)) \#(text(bottom))v5" stroke="dimgray"/>"#)
      parts.append(#"<text x="\#(text(x))" y="\#(text(bottom + 20))" text-anchor="middle">\#(label)</text>"#)
    }
    parts.append(#"<path d="M\#(text(Self.left)) \#(text(bottom))H\#(text(right))" stroke="dimgray"/>"#)
    parts.append(
      #"<text x="\#(text((Self.left + right) / 2))" y="\#(text(bottom + 36))" text-anchor="middle">evaluation</text>"#)
    return (parts + lines.indices.map { curve($0, panel) }).joined(separator: "\n")
  }

  private func curve(_ number: Int, _ panel: Panel) -> String {
    let (line, colour) = (lines[number], Self.colours[number % Self.colours.count])
    let points = line.levels.enumerated().compactMap { index, level in
      panel.value(level).map { (x(Double(index), of: evaluations), y($0, panel)) }
    }
    // The first ones are drawn wider, so that what coincides stays visible.
    let width = 1.5 + 2.5 * Double(lines.count - 1 - number)
    let path = points.map { "\(text($0.0)),\(text($0.1))" }.joined(separator: " ")
    let dots = points.count > 60 ? [] : points.map { #"<circle cx="\#(text($0.0))" cy="\#(text($0.1))" r="2.5"/>"# }
    return
      #"<g fill="\#(colour)"><polyline points="\#(path)" fill="none" stroke="\#(colour)" stroke-width="\#(text(width))"/>"#
      + dots.joined() + "</g>"
  }

  private func legend(_ top: Double) -> String {
    lines.enumerated().map { number, line in
      let (y, colour) = (top + Double(number) * 20, Self.colours[number % Self.colours.count])
      let swatch = #"<rect x="\#(text(Self.left))" y="\#(text(y))" width="18" height="4" fill="\#(colour)"/>"#
      return swatch + #"<text x="\#(text(Self.left + 26))" y="\#(text(y + 7))">\#(Self.escaped(line.name))</text>"#
    }.joined(separator: "\n")
  }

  /// The most evaluations of any plan.
  private var evaluations: Int { max(1, (lines.map(\.levels.count).max() ?? 1) - 1) }

  private func x(_ index: Double, of count: Int) -> Double {
    Self.left + index / Double(count) * (Self.width - Self.left - Self.right)
  }

  private func y(_ value: Double, _ panel: Panel) -> Double {
    let share = (value - panel.range.lowerBound) / (panel.range.upperBound - panel.range.lowerBound)
    return panel.top + (1 - share) * Self.panelHeight
  }

  /// About ten round numbers from 0 to `count`.
  private static func stepTicks(_ count: Int) -> StrideThrough<Int> {
    let step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].first { count / $0 <= 12 } ?? count / 10
    return stride(from: 0, through: count, by: step)
  }

  private func text(_ number: Double) -> String { decimal(number, 1) }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
