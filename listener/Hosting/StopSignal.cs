using System.Runtime.InteropServices;

namespace Cloud.Listener.Hosting;

/// <summary>SIGTERM and Ctrl-C as a token, instead of the runtime's own exit: sessions are told first.</summary>
public sealed class StopSignal : IDisposable
{
    readonly CancellationTokenSource stop;
    readonly PosixSignalRegistration terminate;
    readonly PosixSignalRegistration interrupt;

    /// <param name="cancel">Stops as well.</param>
    public StopSignal(CancellationToken cancel)
    {
        stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    }

    public CancellationToken Token => stop.Token;

    public void Dispose()
    {
        terminate.Dispose();
        interrupt.Dispose();
        stop.Dispose();
    }

    void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        stop.Cancel();
    }
}
