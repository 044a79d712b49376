using System.Runtime.InteropServices;

namespace Cloud.Functions.Hosting;

/// <summary>How the handler ends: killed, and never by a shutdown of its own, for Azure's host grants none.</summary>
/// <remarks>
/// On a developer's machine nothing cleans up after a host that was killed itself. A host that gives its handler an open
/// standard input says so (<c>CLOUD_ENDS_WITH_INPUT</c>), and the handler ends when it closes. Ctrl-C in that terminal
/// reaches the handler, too; it is for the host, which has mail to finish.
/// </remarks>
sealed class Lifeline : IDisposable
{
    readonly PosixSignalRegistration interrupt = PosixSignalRegistration.Create(
        PosixSignal.SIGINT,
        signal => signal.Cancel = true
    );

    public Lifeline() => new Thread(AwaitEnd) { IsBackground = true }.Start();

    public void Dispose() => interrupt.Dispose();

    static void AwaitEnd()
    {
        using var input = Console.OpenStandardInput();
        Span<byte> ignored = stackalloc byte[64];
        while (input.Read(ignored) > 0) { }
        Environment.Exit(ExitCode.Ended);
    }
}
