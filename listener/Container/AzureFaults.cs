using System.Text.Json;
using Azure;
using Azure.Identity;

namespace Cloud.Listener.Container;

/// <summary>The ways in which a REST call to Azure fails that are not ours to mend.</summary>
static class AzureFaults
{
    public static bool Is(Exception e, CancellationToken cancel) =>
        e is RequestFailedException or AuthenticationFailedException or JsonException or AggregateException
        || (e is OperationCanceledException && !cancel.IsCancellationRequested);

    /// <summary>One line: what Azure.Core says besides is the whole exchange.</summary>
    public static string Text(Exception e) => e.Message.Split('\n', 2)[0].TrimEnd();
}
