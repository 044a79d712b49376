using System.Text.Json.Serialization;
using Cloud.Store.Accounts;
using Cloud.Store.Ports;

namespace Cloud.Api.Gateway.Wire;

/// <summary>Why an operation was not answered: the body of every status but 200.</summary>
/// <param name="Error">One of <see cref="Errors"/>.</param>
/// <param name="Message">For the listener's log.</param>
/// <param name="Retryable">The same request may be answered later.</param>
/// <param name="OutcomeUnknown">It may have been done all the same.</param>
public sealed record Problem(string Error, string Message, bool Retryable, bool OutcomeUnknown)
{
    /// <summary>The status it goes with.</summary>
    [JsonIgnore]
    public int Status =>
        Error switch
        {
            Errors.BadRequest => 400,
            Errors.UnknownOperation => 404,
            Errors.TooLarge => 413,
            Errors.Version => 426,
            Errors.Fault => 500,
            _ => 503,
        };

    /// <exception cref="WireException">The bytes are no problem.</exception>
    public static Problem Parse(ReadOnlySpan<byte> bytes) =>
        new JsonCodec<Problem>(GatewayJson.Default.Problem).Decode(bytes);

    public static Problem BadRequest(string message) => new(Errors.BadRequest, message, false, false);

    public static Problem UnknownOperation(string name) =>
        new(Errors.UnknownOperation, $"There is no operation \"{name}\"", false, false);

    public static Problem WrongVersion(string? version) =>
        new(
            Errors.Version,
            $"This service speaks version {WireFormat.Version} of the gateway, not {version ?? "an unnamed one"}",
            false,
            false
        );

    public static readonly Problem TooLarge = new(Errors.TooLarge, "The request is too large", false, false);

    public static readonly Problem OutOfTime = new(Errors.OutOfTime, "The caller's time is over", true, true);

    public static readonly Problem Fault = new(Errors.Fault, "The service failed", false, true);

    /// <summary>A fault of the store, its kind kept.</summary>
    public static Problem From(StoreException fault) =>
        fault switch
        {
            StoreFullException => new(Errors.StoreFull, fault.Message, true, false),
            AccountMissingException => new(Errors.NoAccount, fault.Message, false, false),
            OutcomeUnknownException => new(Errors.OutcomeUnknown, fault.Message, true, true),
            _ => new(Errors.Store, fault.Message, true, false),
        };

    /// <summary>The same fault at the other end.</summary>
    public StoreException ToException() =>
        Error switch
        {
            Errors.StoreFull => new StoreFullException(Message),
            Errors.NoAccount => new AccountMissingException(),
            _ when OutcomeUnknown => new OutcomeUnknownException(new StoreException(Message)),
            _ => new StoreException(Message),
        };

    public static class Errors
    {
        public const string BadRequest = "bad-request";
        public const string UnknownOperation = "unknown-operation";
        public const string TooLarge = "too-large";
        public const string Version = "version";
        public const string Store = "store";
        public const string StoreFull = "store-full";
        public const string NoAccount = "no-account";
        public const string OutcomeUnknown = "outcome-unknown";
        public const string OutOfTime = "out-of-time";
        public const string Fault = "fault";
    }
}
