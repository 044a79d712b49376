namespace Cloud.Functions.Hosting;

/// <summary>Says who may call an HTTP function.</summary>
interface IAuthorization
{
    /// <summary>What a call that is not let in should bring: the value of <c>WWW-Authenticate</c> (RFC 9110 §11.6.1).</summary>
    string Challenge { get; }

    /// <returns>Null when the call may pass.</returns>
    ValueTask<CallerRefusal?> RefusalAsync(HttpRequest request, CancellationToken cancel);
}

/// <summary>Why a call may not pass.</summary>
/// <param name="Reason">For the log.</param>
/// <param name="IsKnown">
/// We know who calls, and what he lacks: he is told (403). Anybody else only hears that he is not let in (401).
/// </param>
sealed record CallerRefusal(string Reason, bool IsKnown = false);
