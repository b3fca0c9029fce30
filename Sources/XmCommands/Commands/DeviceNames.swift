import DomainFiles
import DomainModel
import XendClient

/// Finds a device by whatever a file or a listing calls it.
enum DeviceNames {
    /// The idx of the device of that name.
    ///
    /// - Parameters:
    ///   - word: a name, or an idx.
    ///   - devices: those that the domain has.
    ///   - isIts: whether a device has that name.
    ///   - domain: for the message.
    ///   - what: for the message.
    static func find(
        _ word: String, among devices: [DeviceInformation], _ isIts: (DeviceInformation, String) -> Bool,
        of domain: String,
        _ what: String
    ) throws(XmFailure) -> String {
        if let found = devices.first(where: { isIts($0, word) }), let idx = found.idx { return idx }
        if PythonText.integer(word) != nil { return word }
        throw .error("domain \(domain) has no \(what) \"\(word)\"")
    }

    /// `xvdb`, `/dev/xvdb`, `xvdb:disk`, `0xca10`, or the number that lists show.
    static func isBlockDevice(_ device: DeviceInformation, _ word: String) -> Bool {
        if ["dev", "vdev"].contains(where: { device.expression.childText($0) == word }) { return true }
        let name = word.split(separator: ":").first.map(String.init) ?? word
        guard UInt32(name) == nil, let number = VirtualDeviceNumber(name: name) else { return false }
        return device.expression.childText("vdev") == number.description
    }

    /// An address, the name it has been given, or `vifD.N`.
    static func isInterface(_ device: DeviceInformation, _ word: String) -> Bool {
        let fields = device.expression
        if let address = MACAddress(text: word) {
            return fields.childText("mac").flatMap(MACAddress.init(text:)) == address
        }
        if fields.childText("vifname") == word { return true }
        guard let match = word.wholeMatch(of: #/vif[0-9]+\.([0-9]+)/#) else { return false }
        return fields.childText("vif") == String(match.1)
    }
}
