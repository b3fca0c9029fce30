#if RealXen
    import Glibc
    import XendDaemon

    /// Where a plan stands, told to what CI/lab preloads into the daemon there so that it fails or is killed at this step. No release build
    /// tells it, and nothing is told where nothing is preloaded.
    enum StepPoints {
        private typealias Listener = @convention(c) (UnsafePointer<CChar>) -> CInt

        static func tell(_ options: inout DaemonOptions) {
            #if DEBUG
                guard let symbol = dlsym(nil, "xend_passes_step") else { return }
                let listener = unsafeBitCast(symbol, to: Listener.self)
                options.checkpoint = { name in _ = listener(name()) }
            #endif
        }
    }
#endif
