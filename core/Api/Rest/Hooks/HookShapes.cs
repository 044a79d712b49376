using Cloud.Flow.Hooks;
using Cloud.Mail;

namespace Cloud.Api.Rest.Hooks;

/// <summary>Subscriptions and deliveries as the API shows them, and what it takes of them.</summary>
static class HookShapes
{
    public static HookShape Of(HookInfo info)
    {
        var hook = info.Hook;
        return new(
            hook.Id,
            hook.Url,
            [.. hook.Events.Select(kind => kind.ToName())],
            hook.Payload.ToString().ToLowerInvariant(),
            hook.Inline,
            hook.Concurrency,
            hook.Created,
            hook.Tenant,
            hook.Domain,
            hook.Address,
            hook.Mailbox,
            hook.Rule == HookRule.Any ? null : Of(hook.Rule),
            hook.Preset == HookPreset.None ? null : hook.Preset.ToString().ToLowerInvariant(),
            hook.Owner,
            hook.Description,
            hook.Disabled,
            info.Endpoint == Endpoint.Sound
                ? null
                : new(info.Endpoint.Failures, info.Endpoint.Since, info.Endpoint.OpenUntil)
        );
    }

    public static MadeHook Made(HookInfo info) => new(info.Hook.Id, info.Secret ?? "", info.PublicKey ?? "", Of(info));

    public static DeliveryShape Of(HookDelivery delivery) =>
        new(
            delivery.Event.PublicId,
            delivery.Event.Kind.ToName(),
            DateTimeOffset.FromUnixTimeMilliseconds(delivery.Event.At),
            delivery.State.ToString().ToLowerInvariant(),
            [
                .. delivery.Attempts.Select(one => new AttemptShape(
                    one.At,
                    one.Milliseconds,
                    one.Answer,
                    one.Status,
                    one.Fault
                )),
            ],
            delivery.IsFinal ? null : delivery.Due,
            delivery.Reason,
            delivery.Event.Address,
            delivery.Event.Transaction
        );

    /// <exception cref="ApiException">422, for a name that is none.</exception>
    public static IReadOnlyList<MailEventKind> Events(IReadOnlyList<string> names)
    {
        var kinds = new List<MailEventKind>();
        foreach (var (i, name) in names.Index())
            kinds.Add(KindOf(name, $"#/events/{i}"));
        return kinds.Count > 0
            ? [.. kinds.Distinct()]
            : throw new ApiException(ApiProblem.Invalid("#/events", "A hook asks for one event at least."));
    }

    public static MailEventKind KindOf(string name, string pointer) =>
        MailEventNames.All.Contains(name) && MailEventNames.TryParse(name) is { } kind
            ? kind
            : throw new ApiException(
                ApiProblem.Invalid(pointer, $"An event is one of {string.Join(", ", MailEventNames.All)}.")
            );

    /// <param name="otherwise">For a missing one.</param>
    public static T Choice<T>(string? text, string pointer, T otherwise)
        where T : struct, Enum
    {
        if (text is null)
            return otherwise;
        var names = Enum.GetNames<T>().Select(name => name.ToLowerInvariant()).ToList();
        return names.IndexOf(text) is >= 0 and var at
            ? Enum.GetValues<T>()[at]
            : throw new ApiException(ApiProblem.Invalid(pointer, $"It is one of {string.Join(", ", names)}."));
    }

    public static HookRule RuleOf(HookRuleShape? rule) =>
        rule is null
            ? HookRule.Any
            : new()
            {
                Sender = rule.Sender,
                Recipient = rule.Recipient,
                Subject = rule.Subject,
                Header = rule.Header,
                HeaderValue = rule.HeaderValue,
                Spam = rule.Spam,
                Attachment = rule.Attachment,
            };

    /// <summary>A pattern of addresses, compared with keys of them: lower case, A-labels where it has a whole domain.</summary>
    public static string PatternOf(string text) => EmailAddress.TryParse(text)?.Key ?? text.ToLowerInvariant();

    /// <exception cref="ApiException">422: each fault by its place.</exception>
    public static Hook Sound(Hook hook)
    {
        var faults = HookCheck.Faults(hook);
        if (faults.Count == 0)
            return hook;
        var places = faults
            .Select(fault => new FieldFault(fault.Fault, Pointer: $"#/{fault.Field.Replace('.', '/')}"))
            .ToList();
        throw new ApiException(ApiProblem.Of(422, "invalid", places[0].Detail, places));
    }

    static HookRuleShape Of(HookRule rule) =>
        new(rule.Sender, rule.Recipient, rule.Subject, rule.Header, rule.HeaderValue, rule.Spam, rule.Attachment);
}
