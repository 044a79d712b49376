using System.Reflection;
using Cloud.Api.Gateway;

namespace Cloud.Tests.Fakes;

/// <summary>A gateway whose operations a test looks at, holds up, or answers itself.</summary>
#pragma warning disable CA1852, MA0053 // A proxy derives from it.
class HookedGateway : DispatchProxy
#pragma warning restore CA1852, MA0053
{
    IGateway gateway = null!;
    Func<string, object?[], object?> hook = null!;

    /// <param name="hook">Sees an operation's name and arguments; what it answers is the answer, null lets the gateway answer.</param>
    public static IGateway Of(IGateway gateway, Func<string, object?[], object?> hook)
    {
        var proxy = Create<IGateway, HookedGateway>();
        ((HookedGateway)(object)proxy).gateway = gateway;
        ((HookedGateway)(object)proxy).hook = hook;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        hook(targetMethod!.Name, args ?? []) ?? targetMethod.Invoke(gateway, args);
}
