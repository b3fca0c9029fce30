/// Where moments stand on a picture whose waits are shortened.
struct TimeAxis {
    private let moments: [Double]
    private let positions: [Double]

    /// - Parameters:
    ///   - times: everything that has a place, in seconds.
    ///   - width: of the whole.
    init(_ times: [Double], width: Double) {
        moments = Set(times).sorted()
        var widths = [0.0]
        for (before, after) in zip(moments, moments.dropFirst()) { widths.append(Self.stretch(after - before)) }
        let total = max(widths.reduce(0, +), 0.001)
        var sum = 0.0
        // Room for what stands at the very beginning and end.
        positions = widths.map { step in
            sum += step
            return 8 + sum / total * (width - 16)
        }
    }

    /// The width of a stretch of time in arbitrary units: little for a millisecond, 4 for a second, about 7.5 for an hour.
    private static func stretch(_ seconds: Double) -> Double {
        var width = 0.05
        var rest = seconds * 1000
        // Base 10 without a mathematics library: count the tens, then go on linearly.
        while rest >= 10 {
            rest /= 10
            width += 1
        }
        return width + rest / 10
    }

    /// The place of a moment: of the nearest known one that is not before it.
    func x(_ time: Double) -> Double {
        var low = 0
        var high = moments.count
        while low < high {
            let middle = (low + high) / 2
            if moments[middle] < time { low = middle + 1 } else { high = middle }
        }
        return positions[min(low, positions.count - 1)]
    }

    /// Moments to label, at least so far apart.
    func ticks(apart: Double) -> [(time: Double, x: Double)] {
        var ticks: [(time: Double, x: Double)] = []
        for (moment, position) in zip(moments, positions) where position - (ticks.last?.x ?? -apart) >= apart {
            ticks.append((moment, position))
        }
        return ticks
    }
}
