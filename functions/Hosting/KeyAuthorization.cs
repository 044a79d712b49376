using System.Security.Cryptography;
using System.Text;

namespace Cloud.Functions.Hosting;

/// <summary>Lets pass who knows the key: header <c>x-functions-key</c>, the platform's own, so one key serves both.</summary>
/// <remarks>Never <c>?code=</c>: addresses get logged.</remarks>
sealed class KeyAuthorization(string key) : IAuthorization
{
    public const string Header = "x-functions-key";

    /// <summary>The platform's scheme has no registered name; this one says which field is meant.</summary>
    public const string KeyChallenge = $"FunctionKey realm=\"gateway\", header=\"{Header}\"";

    public string Challenge => KeyChallenge;

    public ValueTask<CallerRefusal?> RefusalAsync(HttpRequest request, CancellationToken cancel)
    {
        if (request.Headers[Header] is not [{ Length: > 0 } given])
            return new(new CallerRefusal($"no {Header}"));
        var isRight = CryptographicOperations.FixedTimeEquals(Hash(given), Hash(key));
        return new(isRight ? null : new CallerRefusal($"wrong {Header}"));
    }

    /// <summary>Of one length whatever was given, so that a comparison tells nothing about the key's.</summary>
    static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
