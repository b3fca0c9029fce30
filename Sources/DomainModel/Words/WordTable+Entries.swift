/// The keys within one entry of `disk` and `vif`: xl-disk-configuration(5), xl-network-configuration(5), and what xm had besides.
extension WordTable {
    /// Keys of an entry of `vif`.
    public static let network = WordTable(
        ConfigurationWord.all("mac bridge script ip backend rate vifname mtu vlan gatewaydev netdev trusted", .done)
            + [
                ConfigurationWord("type", .warned(Reason.noEmulation), idle: ["vif", "pv", "netfront"]),
                ConfigurationWord("devid", .warned("interfaces are numbered in their order")),
            ]
            + ConfigurationWord.all("model accel forwarddev", .warned(Reason.noEmulation))
            + ConfigurationWord.all("policy label", .refused("xend labels no interfaces"))
            + ConfigurationWord.all("untrusted", .refused("guests are not told to distrust who serves their devices")))

    /// Keys and flags of an entry of `disk`.
    public static let disk = WordTable(
        ConfigurationWord.all(
            "target format vdev access devtype cdrom backend script discard no-discard direct-io-safe trusted", .done)
            + [
                ConfigurationWord(
                    "backendtype", .warned("block devices are served by the kernel, or as their script says"),
                    idle: ["phy", "standalone"]),
                ConfigurationWord("specification", .refused("guests have disks of Xen"), idle: ["xen"]),
                ConfigurationWord("transport", .refused("guests have disks of Xen")),
                ConfigurationWord(
                    "grant_usage", .warned("disks of Xen are always shared by grants"), idle: ["enabled", "1"]),
            ]
            + ConfigurationWord.all("untrusted", .refused("guests are not told to distrust who serves their devices"))
            + ConfigurationWord.all(
                "colo no-colo colo-host colo-port colo-export active-disk hidden-disk",
                .refused("xend keeps no domain twice")))
}
