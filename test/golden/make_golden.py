"""Golden fixtures for glia from PyTorch (CPU, 1 thread). Run: python make_golden.py [outdir]
Every tensor listed under "tensors" is exactly representable in float32 (multiples of 1/64), so the same input serves f32 and f64.
Flat row-major arrays.  f64: repr of double; f32: shortest repr of float32.  grads are d(sum(y*cotangent))/d(tensor)."""
import torch, numpy as np, json, sys, os, math
import torch.nn as nn, torch.nn.functional as F
torch.set_num_threads(1); torch.use_deterministic_algorithms(True)
OUT = sys.argv[1] if len(sys.argv)>1 else os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(20260607)
def R(*s, lo=-1.5, hi=1.5): return np.round(rng.uniform(lo,hi,s)*64)/64
def flat(t, f32):
    a=t.detach().cpu().numpy().ravel()
    if a.dtype.kind in "iub": return a.astype(int).tolist()
    o=[]
    for v in a:
        v=float(str(np.float32(v))) if f32 else float(v)
        if math.isnan(v): o.append("NaN")
        elif math.isinf(v): o.append("Infinity" if v>0 else "-Infinity")
        else: o.append(int(v) if v==int(v) and abs(v)<1e15 and not (v==0 and math.copysign(1,v)<0) else v)
    return o
def J(a):
    a=np.asarray(a); return {"shape":list(a.shape),"data":flat(torch.as_tensor(a),False)}
class File:
    def __init__(s,name,**meta): s.name=name; s.d={"source":"PyTorch "+torch.__version__,"generator":"make_golden.py","note":__doc__.split("\n",1)[1],**meta,"cases":[]}
    def case(s, name, fn, tensors, config=None, ints=None, scalar=False, extra=None, nograd=()):
        c={"name":name,"config":config or {},"tensors":{k:J(v) for k,v in tensors.items()}}
        if ints: c["ints"]={k:J(v) for k,v in ints.items()}
        cot=None
        for dt,key in ((torch.float64,"f64"),(torch.float32,"f32")):
            t={k:torch.tensor(v,dtype=dt,requires_grad=k not in nograd) for k,v in tensors.items()}
            i={k:torch.tensor(v) for k,v in (ints or {}).items()}
            ys=fn(**t,**i); ys=ys if isinstance(ys,dict) else {"y":ys}
            if cot is None: cot={k:(np.array(1.0) if y.dim()==0 else R(*y.shape)) for k,y in ys.items() if not k.startswith("_")}
            L=sum((y*torch.tensor(cot[k],dtype=dt)).sum() for k,y in ys.items() if not k.startswith("_"))
            g=torch.autograd.grad(L,[t[k] for k in tensors if k not in nograd],allow_unused=True)
            c[key]={"out":{k.lstrip("_"):flat(y,key=="f32") for k,y in ys.items()},"grads":{k:(flat(gg,key=="f32") if gg is not None else None) for k,gg in zip([k for k in tensors if k not in nograd],g)}}
            c["out_shapes"]={k.lstrip("_"):list(y.shape) for k,y in ys.items()}
        c["cotangent"]={k:J(v) for k,v in cot.items()}
        s.d["cases"].append(c)
    def save(s):
        p=os.path.join(OUT,s.name+".json"); json.dump(s.d,open(p,"w"),separators=(",",":")); print(s.name,os.path.getsize(p),len(s.d["cases"]))
# ---- dense
f=File("dense",layout="W [out,in]; y = x W^T + b")
f.case("bias",lambda x,w,b:F.linear(x,w,b),dict(x=R(3,4),w=R(5,4),b=R(5)))
f.case("nobias",lambda x,w:F.linear(x,w),dict(x=R(3,4),w=R(2,4)))
f.case("batched3d",lambda x,w,b:F.linear(x,w,b),dict(x=R(2,3,4),w=R(5,4),b=R(5)))
f.case("matmul_broadcast",lambda a,b:a@b,dict(a=R(2,3,4),b=R(4,5)))
f.case("matmul_batched",lambda a,b:a@b,dict(a=R(2,2,3,4),b=R(2,1,4,3)))
f.case("bilinear",lambda x1,x2,w,b:F.bilinear(x1,x2,w,b),dict(x1=R(3,2),x2=R(3,4),w=R(3,2,4),b=R(3)))
f.case("broadcast_add_mul",lambda a,b,c:a*b+c,dict(a=R(2,3,4),b=R(3,1),c=R(4)))
f.case("reduce_mean_var",lambda x:{"mean":x.mean(1),"var_unbiased":x.var(1),"var_biased":x.var(1,unbiased=False),"logsumexp":torch.logsumexp(x,-1),"sum":x.sum((0,2)),"max":x.amax(2)},dict(x=R(2,5,3)))
f.save()
# ---- conv
f=File("conv2d",layout="NCHW, weight [out,in/groups,kh,kw], cross-correlation")
def cv(name,x,w,b=True,**k):
    def fn(x,w,b=None): return F.conv2d(x,w,b,**k)
    t=dict(x=R(*x),w=R(*w)); 
    if b: t["b"]=R(w[0])
    f.case(name,fn,t,{kk:(list(v) if isinstance(v,tuple) else v) for kk,v in k.items()})
cv("basic3x3",(2,2,5,6),(3,2,3,3)); cv("nobias_1x1",(2,3,4,4),(2,3,1,1),False)
cv("pad1",(1,2,4,5),(2,2,3,3),padding=1); cv("stride2_pad1",(2,2,5,5),(2,2,3,3),stride=2,padding=1)
cv("stride2x1_pad0x2_k2x3",(1,2,5,5),(3,2,2,3),stride=(2,1),padding=(0,2)); cv("dilation2",(1,2,7,7),(2,2,3,3),dilation=2)
cv("dilation2x1_stride1x2_pad2",(1,1,6,6),(2,1,3,3),dilation=(2,1),stride=(1,2),padding=2)
cv("groups2",(2,4,4,4),(4,2,3,3),groups=2,padding=1); cv("depthwise",(2,3,5,5),(3,1,3,3),groups=3,padding=1)
cv("depthwise_mult2_stride2",(1,3,5,5),(6,1,3,3),groups=3,stride=2,padding=1); cv("same_even_kernel",(1,1,4,4),(2,1,2,2),padding="same")
cv("resnet_shortcut_1x1_s2",(2,2,5,5),(3,2,1,1),False,stride=2); cv("k5_lenet",(1,1,8,8),(2,1,5,5),padding=2); cv("stride_not_covering",(1,1,6,6),(1,1,3,3),stride=2)
f.case("conv1d_s2_p1",lambda x,w,b:F.conv1d(x,w,b,stride=2,padding=1),dict(x=R(2,3,7),w=R(4,3,3),b=R(4)),dict(stride=2,padding=1))
f.case("conv1d_causal_d2",lambda x,w,b:F.conv1d(F.pad(x,(4,0)),w,b,dilation=2),dict(x=R(1,2,8),w=R(3,2,3),b=R(3)),dict(left_pad=4,dilation=2))
f.save()
f=File("conv_transpose2d",layout="NCHW, weight [in,out/groups,kh,kw]")
def ct(name,x,w,oc,**k):
    f.case(name,lambda x,w,b:F.conv_transpose2d(x,w,b,**k),dict(x=R(*x),w=R(*w),b=R(oc)),{kk:(list(v) if isinstance(v,tuple) else v) for kk,v in k.items()})
ct("basic",(2,2,3,3),(2,3,3,3),3); ct("stride2",(1,2,3,3),(2,2,2,2),2,stride=2); ct("dcgan_k4s2p1",(2,3,3,3),(3,2,4,4),2,stride=2,padding=1)
ct("outpad1",(1,2,3,3),(2,2,3,3),2,stride=2,padding=1,output_padding=1); ct("groups2",(1,4,3,3),(4,2,3,3),4,groups=2,padding=1); ct("dilation2",(1,2,3,3),(2,2,3,3),2,dilation=2,padding=1)
f.case("upsample_nearest2",lambda x:F.interpolate(x,scale_factor=2,mode="nearest"),dict(x=R(1,2,3,3)))
f.case("upsample_bilinear2_half_pixel",lambda x:F.interpolate(x,scale_factor=2,mode="bilinear",align_corners=False),dict(x=R(1,2,3,3)))
f.save()
# ---- pool
f=File("pool",note_ties="max-pool ties: gradient goes to the first maximum in row-major order")
P=lambda n,fn,s,**c:f.case(n,fn,dict(x=R(*s)),c)
def distinct(*s):
    n=int(np.prod(s)); return (rng.permutation(n)-n//2).reshape(s)/32.
f.case("max2x2",lambda x:F.max_pool2d(x,2),dict(x=distinct(2,2,4,4)),dict(k=2,stride=2))
f.case("max3_s2_p1",lambda x:F.max_pool2d(x,3,2,1),dict(x=distinct(1,2,5,5)),dict(k=3,stride=2,padding=1))
f.case("max3_s1_overlap",lambda x:F.max_pool2d(x,3,1),dict(x=distinct(1,2,5,5)),dict(k=3,stride=1))
f.case("max2_d2",lambda x:F.max_pool2d(x,2,1,0,2),dict(x=distinct(1,1,5,5)),dict(k=2,stride=1,dilation=2))
f.case("max3_s2_ceil",lambda x:F.max_pool2d(x,3,2,0,1,True),dict(x=distinct(1,1,6,6)),dict(k=3,stride=2,ceil=True))
f.case("max2_ties",lambda x:F.max_pool2d(x,2),dict(x=np.array([[[[0,0,1,1],[0,0,1,0],[-1,-1,2,2],[2,2,2,2.]]]])),dict(k=2))
P("avg2x2",lambda x:F.avg_pool2d(x,2),(2,2,4,4),k=2,stride=2); P("avg3_s2_p1_incl",lambda x:F.avg_pool2d(x,3,2,1,count_include_pad=True),(1,2,5,5),k=3,stride=2,padding=1,count_include_pad=True)
P("avg3_s2_p1_excl",lambda x:F.avg_pool2d(x,3,2,1,count_include_pad=False),(1,2,5,5),k=3,stride=2,padding=1,count_include_pad=False)
P("global_avg",lambda x:x.mean((2,3)),(2,3,4,5)); P("adaptive_avg_3x2",lambda x:F.adaptive_avg_pool2d(x,(3,2)),(1,2,7,5),out=[3,2])
f.case("global_max",lambda x:x.amax((2,3)),dict(x=distinct(2,3,3,3)))
f.save()
# ---- norm
f=File("norm",running="running_var uses the unbiased batch variance; normalisation uses the biased one; momentum 0.1 = new weight")
def bn(x,w,b,rm,rv,train,mom=.1,eps=1e-5):
    m=rm.detach().clone(); v=rv.detach().clone(); y=F.batch_norm(x,m,v,w,b,train,mom,eps); return {"y":y,"_running_mean":m,"_running_var":v}
for tr in(True,False):
    f.case("batchnorm1d_"+("train" if tr else "eval"),lambda x,w,b,rm,rv:bn(x,w,b,rm,rv,tr),dict(x=R(6,3),w=R(3),b=R(3),rm=R(3),rv=R(3,lo=.5,hi=2)),dict(training=tr,momentum=.1,eps=1e-5),nograd=("rm","rv"))
    f.case("batchnorm2d_"+("train" if tr else "eval"),lambda x,w,b,rm,rv:bn(x,w,b,rm,rv,tr),dict(x=R(3,2,3,4),w=R(2),b=R(2),rm=R(2),rv=R(2,lo=.5,hi=2)),dict(training=tr,momentum=.1,eps=1e-5),nograd=("rm","rv"))
f.case("batchnorm2d_train_mom0.3_eps1e-3",lambda x,w,b,rm,rv:bn(x,w,b,rm,rv,True,.3,1e-3),dict(x=R(2,2,2,3),w=R(2),b=R(2),rm=R(2),rv=R(2,lo=.5,hi=2)),dict(training=True,momentum=.3,eps=1e-3),nograd=("rm","rv"))
f.case("layernorm_last",lambda x,w,b:F.layer_norm(x,(5,),w,b,1e-5),dict(x=R(2,3,5),w=R(5),b=R(5)),dict(eps=1e-5))
f.case("layernorm_last2",lambda x,w,b:F.layer_norm(x,(3,4),w,b,1e-5),dict(x=R(2,3,4),w=R(3,4),b=R(3,4)),dict(normalized_shape=[3,4]))
f.case("groupnorm_2of4",lambda x,w,b:F.group_norm(x,2,w,b,1e-5),dict(x=R(2,4,3,2),w=R(4),b=R(4)),dict(groups=2,eps=1e-5))
f.case("instancenorm",lambda x,w,b:F.instance_norm(x,None,None,w,b),dict(x=R(2,3,3,3),w=R(3),b=R(3)),dict(eps=1e-5))
f.case("rmsnorm",lambda x,w:F.rms_norm(x,(6,),w,1e-6),dict(x=R(3,6),w=R(6)),dict(eps=1e-6))
f.case("l2_normalize",lambda x:F.normalize(x,dim=1),dict(x=R(3,4)))
f.save()
# ---- embedding
f=File("embedding")
f.case("repeat",lambda w,idx:F.embedding(idx,w),dict(w=R(7,4)),ints=dict(idx=np.array([[1,3,3],[0,6,1]])))
f.case("padding_idx0",lambda w,idx:F.embedding(idx,w,padding_idx=0),dict(w=R(5,3)),dict(padding_idx=0),ints=dict(idx=np.array([[0,2,4,0],[1,1,0,3]])))
f.case("bag_mean",lambda w,idx:F.embedding_bag(idx,w,mode="mean"),dict(w=R(6,3)),dict(mode="mean"),ints=dict(idx=np.array([[0,2,4],[1,1,5]])))
f.case("gather_rows",lambda x,idx:torch.gather(x,1,idx),dict(x=R(3,4)),ints=dict(idx=np.array([[0,0],[3,1],[2,2]])))
f.save()
# ---- rnn
f=File("rnn",gates="LSTM weight rows i,f,g,o; GRU rows r,z,n with n=tanh(Wx+b_ih + r*(Uh+b_hh)); batch_first; both biases")
def rnn(name,cls,I,H,T=4,N=2,G=1,lens=None,**k):
    m=cls(I,H,batch_first=True,**k); D=2 if k.get("bidirectional") else 1; Ln=k.get("num_layers",1)
    t=dict(x=R(N,T,I),h0=R(Ln*D,N,H)); 
    if cls is nn.LSTM: t["c0"]=R(Ln*D,N,H)
    for n,p in m.named_parameters(): t[n]=R(*p.shape,lo=-.75,hi=.75)
    def fn(x,h0,c0=None,**p):
        mm=cls(I,H,batch_first=True,**k).to(x.dtype)
        y,h=torch.func.functional_call(mm,p,(x,(h0,c0) if c0 is not None else h0))
        return {"y":y,"hn":h[0],"cn":h[1]} if c0 is not None else {"y":y,"hn":h}
    f.case(name,fn,t,dict(hidden=H,**k))
rnn("rnn_tanh",nn.RNN,3,3); rnn("lstm",nn.LSTM,3,4); rnn("gru",nn.GRU,3,4); rnn("lstm_2layer",nn.LSTM,2,2,num_layers=2); rnn("gru_2layer",nn.GRU,2,3,num_layers=2)
rnn("lstm_bidirectional",nn.LSTM,2,2,bidirectional=True); rnn("gru_bidirectional",nn.GRU,2,2,bidirectional=True)
f.save()
# ---- attention
f=File("attention",layout="in_proj_weight [3E,E] rows q,k,v; key_padding true = ignore; scale 1/sqrt(d)")
f.case("sdpa",lambda q,k,v:F.scaled_dot_product_attention(q,k,v),dict(q=R(2,2,3,4),k=R(2,2,5,4),v=R(2,2,5,4)))
f.case("sdpa_causal",lambda q,k,v:F.scaled_dot_product_attention(q,k,v,is_causal=True),dict(q=R(1,2,4,3),k=R(1,2,4,3),v=R(1,2,4,3)),dict(causal=True))
f.case("sdpa_additive_bias",lambda q,k,v,bias:F.scaled_dot_product_attention(q,k,v,attn_mask=bias),dict(q=R(1,2,3,4),k=R(1,2,3,4),v=R(1,2,3,4),bias=R(2,3,3)))
def mha(x,wi,bi,wo,bo,H,causal=False,pad=None):
    E=x.shape[-1]; m=nn.MultiheadAttention(E,H,batch_first=True).to(x.dtype)
    msk=torch.triu(torch.ones(x.shape[1],x.shape[1],dtype=torch.bool),1) if causal else None
    y,a=torch.func.functional_call(m,{"in_proj_weight":wi,"in_proj_bias":bi,"out_proj.weight":wo,"out_proj.bias":bo},(x,x,x),dict(attn_mask=msk,key_padding_mask=pad,average_attn_weights=False))
    return {"y":y,"_attn":a}
def T_(E,N,T): return dict(x=R(N,T,E),wi=R(3*E,E,lo=-.7,hi=.7),bi=R(3*E),wo=R(E,E,lo=-.7,hi=.7),bo=R(E))
f.case("mha_2h",lambda x,wi,bi,wo,bo:mha(x,wi,bi,wo,bo,2),T_(4,2,3),dict(heads=2))
f.case("mha_2h_causal",lambda x,wi,bi,wo,bo:mha(x,wi,bi,wo,bo,2,True),T_(4,2,4),dict(heads=2,causal=True))
f.case("mha_2h_padded",lambda x,wi,bi,wo,bo,pad:mha(x,wi,bi,wo,bo,2,False,pad),T_(4,2,4),dict(heads=2),ints=dict(pad=np.array([[False]*4,[False,False,True,True]])))
f.case("mha_2h_causal_padded",lambda x,wi,bi,wo,bo,pad:mha(x,wi,bi,wo,bo,2,True,pad),T_(4,2,4),dict(heads=2,causal=True),ints=dict(pad=np.array([[False]*4,[False,False,False,True]])))
for pre in(True,False):
    E=4;Fd=6; m0=nn.TransformerEncoderLayer(E,2,Fd,0.,batch_first=True,norm_first=pre)
    t={"x":R(2,3,E)}; t.update({n.replace(".","__"):R(*p.shape,lo=-.7,hi=.7) for n,p in m0.named_parameters()})
    def fn(x,**p):
        m=nn.TransformerEncoderLayer(E,2,Fd,0.,batch_first=True,norm_first=pre).to(x.dtype).train()
        return torch.func.functional_call(m,{k.replace("__","."):v for k,v in p.items()},(x,))
    f.case("encoder_layer_"+("prenorm" if pre else "postnorm")+"_relu",fn,t,dict(heads=2,ff=Fd,norm_first=pre,eps=1e-5))
def sinpos(T,E):
    p=np.arange(T)[:,None]; i=np.arange(0,E,2)[None]; a=p/10000**(i/E); o=np.zeros((T,E)); o[:,0::2]=np.sin(a); o[:,1::2]=np.cos(a); return o
f.d["sinusoidal_position_6x8"]={"shape":[6,8],"data":sinpos(6,8).ravel().tolist()}
f.save()
# ---- losses
f=File("losses",note2="cotangent 1 for scalars")
z=R(5,4,lo=-3,hi=3); tgt=np.array([0,3,1,1,2]); tg2=np.array([0,-100,1,-100,2])
for red in("mean","sum","none"): f.case("softmax_ce_"+red,lambda z,t:F.cross_entropy(z,t,reduction=red),dict(z=z),dict(reduction=red),ints=dict(t=tgt))
f.case("softmax_ce_ignore",lambda z,t:F.cross_entropy(z,t),dict(z=z),dict(ignore_index=-100),ints=dict(t=tg2))
f.case("softmax_ce_smooth0.1",lambda z,t:F.cross_entropy(z,t,label_smoothing=.1),dict(z=z),dict(label_smoothing=.1),ints=dict(t=tgt))
f.case("softmax_ce_smooth0.1_ignore",lambda z,t:F.cross_entropy(z,t,label_smoothing=.1),dict(z=z),dict(label_smoothing=.1,ignore_index=-100),ints=dict(t=tg2))
f.case("softmax_ce_weight",lambda z,w,t:F.cross_entropy(z,t,weight=w),dict(z=z,w=R(4,lo=.25,hi=2)),dict(weight="w"),ints=dict(t=tgt),nograd=("w",))
f.case("softmax_ce_soft_targets",lambda z,p:F.cross_entropy(z,p),dict(z=z,p=np.array([[.5,.25,.25,0],[0,0,0,1],[.25]*4,[1,0,0,0],[.125,.125,.25,.5]])),nograd=("p",))
f.case("softmax_ce_extreme_logits",lambda z,t:F.cross_entropy(z,t,reduction="none"),dict(z=np.array([[1000,0,-1000,0],[-1000,-1000,-1000,-1000],[88,89,90,91],[0,0,0,0],[1e4,-1e4,0,0.]])),ints=dict(t=np.array([0,1,0,3,1])))
f.case("softmax_ce_2d_spatial",lambda z,t:F.cross_entropy(z,t),dict(z=R(2,3,2,2)),ints=dict(t=np.array([[[0,1],[2,1]],[[1,1],[0,2]]])))
f.case("nll",lambda lp,t:F.nll_loss(lp,t),dict(lp=-R(4,3,lo=.2,hi=2)),ints=dict(t=np.array([0,2,1,1])))
yb=np.array([0,1,1,0,1.]); zb=np.array([-2,0,3.5,1.25,-40.])
for red in("mean","none"): f.case("bce_logits_"+red,lambda z,y:F.binary_cross_entropy_with_logits(z,y,reduction=red),dict(z=zb,y=yb),dict(reduction=red),nograd=("y",))
f.case("bce_logits_posweight",lambda z,y:F.binary_cross_entropy_with_logits(z,y,pos_weight=torch.tensor(3.,dtype=z.dtype)),dict(z=zb,y=yb),dict(pos_weight=3),nograd=("y",))
f.case("bce_logits_soft",lambda z,y:F.binary_cross_entropy_with_logits(z,y),dict(z=R(2,3),y=R(2,3,lo=0,hi=1)),nograd=("y",))
f.case("bce_probabilities_seed_formula",lambda p,y:F.binary_cross_entropy(p,y),dict(p=np.array([.25,.5,.75,.125]),y=np.array([0,1,1,0.])),nograd=("y",))
f.case("bce_probabilities_0_and_1_clamped_at_-100",lambda p,y:F.binary_cross_entropy(p,y,reduction="none"),dict(p=np.array([0,1,0,1.]),y=np.array([0,1,1,0.])),nograd=("p","y")) if False else None
a,b=R(3,4),R(3,4)
f.case("mse",lambda x,y:F.mse_loss(x,y),dict(x=a,y=b)); f.case("mse_sum",lambda x,y:F.mse_loss(x,y,reduction="sum"),dict(x=a,y=b)); f.case("mae",lambda x,y:F.l1_loss(x,y),dict(x=a,y=b)); 
f.case("mae_at_zero",lambda x,y:F.l1_loss(x,y),dict(x=np.array([1,2,3.]),y=np.array([1,2.5,2])))
for d in(1.,.5): f.case(f"huber_{d}",lambda x,y:F.huber_loss(x,y,delta=d),dict(x=2*a,y=b),dict(delta=d))
f.case("smooth_l1_0.5",lambda x,y:F.smooth_l1_loss(x,y,beta=.5),dict(x=2*a,y=b),dict(beta=.5))
f.case("kl_batchmean",lambda x,p:F.kl_div(F.log_softmax(x,1),p,reduction="batchmean"),dict(x=R(3,4),p=np.array([[.5,.25,.25,0],[.25]*4,[.125,.125,.25,.5]])),dict(input="log_softmax(x)",reduction="batchmean"),nograd=("p",))
f.case("kl_logtarget_mean",lambda x,q:F.kl_div(F.log_softmax(x,1),F.log_softmax(q,1),reduction="mean",log_target=True),dict(x=R(3,4),q=R(3,4)),dict(reduction="mean",log_target=True))
f.case("kl_gaussian_vae",lambda mu,lv:(-.5*(1+lv-mu**2-lv.exp()).sum(1)).mean(),dict(mu=R(3,2),lv=R(3,2)))
ypm=np.array([1,-1,1,-1,1.])
f.case("hinge",lambda s,y:torch.clamp(1-y*s,min=0).mean(),dict(s=np.array([.5,.5,2,-3,-1.]),y=ypm),nograd=("y",)); f.case("squared_hinge",lambda s,y:(torch.clamp(1-y*s,min=0)**2).mean(),dict(s=np.array([.5,.5,2,-3,-1.]),y=ypm),nograd=("y",))
f.case("multi_margin",lambda z,t:F.multi_margin_loss(z,t),dict(z=z),ints=dict(t=tgt)); f.case("hinge_embedding",lambda s,y:F.hinge_embedding_loss(s,y,margin=1.),dict(s=np.array([.5,.25,2,1.5,1.]),y=ypm),nograd=("y",))
f.case("cosine_embedding",lambda x,y,t:F.cosine_embedding_loss(x,y,t,margin=.25),dict(x=a,y=b),dict(margin=.25),ints=dict(t=np.array([1,-1,1])))
f.case("triplet",lambda x,p,n:F.triplet_margin_loss(x,p,n),dict(x=R(3,4),p=R(3,4),n=R(3,4)),dict(margin=1,p=2,eps=1e-6)); f.case("poisson_nll_log",lambda x,y:F.poisson_nll_loss(x,y),dict(x=R(4),y=np.array([0,1,2,5.])),nograd=("y",))
f.case("gaussian_nll",lambda m,v,y:F.gaussian_nll_loss(m,y,v),dict(m=R(4),v=R(4,lo=.25,hi=2),y=R(4)),nograd=("y",))
T,N,C=6,2,4; f.case("ctc",lambda z,t:F.ctc_loss(F.log_softmax(z,2),t,torch.tensor([6,5]),torch.tensor([3,2]),blank=0,reduction="none"),dict(z=R(T,N,C)),dict(blank=0,input_lengths=[6,5],target_lengths=[3,2],layout="[T,N,C]"),ints=dict(t=np.array([[1,2,2],[3,1,0]])))
f.save()
# ---- activations
f=File("activations")
xs=np.array([-1000,-100,-20,-10,-5,-3,-2,-1,-.5,-.25,-.015625,0,.015625,.25,.5,1,2,3,5,10,20,100,1000.])
acts=dict(relu=F.relu,leaky_relu_001=lambda x:F.leaky_relu(x,.01),leaky_relu_02=lambda x:F.leaky_relu(x,.2),elu=F.elu,elu_05=lambda x:F.elu(x,.5),selu=F.selu,celu=F.celu,gelu_erf=F.gelu,gelu_tanh=lambda x:F.gelu(x,approximate="tanh"),silu=F.silu,softplus=F.softplus,softplus_beta2_thr20=lambda x:F.softplus(x,2,20),mish=F.mish,sigmoid=torch.sigmoid,log_sigmoid=F.logsigmoid,tanh=torch.tanh,hard_sigmoid=F.hardsigmoid,hard_swish=F.hardswish,hard_tanh=F.hardtanh,relu6=F.relu6,softsign=F.softsign,tanhshrink=F.tanhshrink,quick_gelu=lambda x:x*torch.sigmoid(1.702*x),linear_seed_ax_b=lambda x:2*x+.5)
for n,fn in acts.items(): f.case(n,(lambda x,fn=fn:fn(x)),dict(x=xs))
f.case("prelu_shared",lambda x,a:F.prelu(x,a),dict(x=R(2,3,2),a=np.array([.25]))); f.case("prelu_channel",lambda x,a:F.prelu(x,a),dict(x=R(2,3,2),a=np.array([.25,.5,-.125])))
f.case("glu",lambda x:F.glu(x,-1),dict(x=R(3,6)))
for n,fn in dict(softmax=F.softmax,log_softmax=F.log_softmax).items():
    f.case(n,lambda x:fn(x,dim=-1),dict(x=R(3,5,lo=-4,hi=4))); f.case(n+"_axis1",lambda x:fn(x,dim=1),dict(x=R(2,3,2)))
    f.case(n+"_extreme",lambda x:fn(x,dim=-1),dict(x=np.array([[1000,1000,0,-1000],[-1000,-999,-998,-2000],[5,5,5,5.]])))
f.case("softmax_temperature2",lambda x:F.softmax(x/2,dim=-1),dict(x=R(2,4)))
f.save()
# ---- optimizers
o={"source":"PyTorch "+torch.__version__+"; lion: Keras (torch backend)","note":"params p0 [6]; grads g[t] given; values after each of 5 steps","params":None,"grads":None,"cases":[]}
p0=R(6); gs=[R(6) for _ in range(5)]; gs[1][2]=0; gs[3][:]=gs[3]*8; gs[2][4]=0; gs[0][5]=0
for g in gs: g[5]=g[5] if g is gs[4] else 0
o["params"]=p0.tolist(); o["grads"]=[g.tolist() for g in gs]
O=torch.optim
opts=[("sgd",O.SGD,dict(lr=.1)),("sgd_wd",O.SGD,dict(lr=.1,weight_decay=.1)),("momentum",O.SGD,dict(lr=.1,momentum=.9)),("momentum_dampening",O.SGD,dict(lr=.1,momentum=.9,dampening=.1)),("momentum_wd",O.SGD,dict(lr=.1,momentum=.9,weight_decay=.01)),("nesterov",O.SGD,dict(lr=.1,momentum=.9,nesterov=True)),("nesterov_wd",O.SGD,dict(lr=.1,momentum=.9,nesterov=True,weight_decay=.01)),("sgd_maximize",O.SGD,dict(lr=.1,maximize=True)),
("rmsprop",O.RMSprop,dict(lr=.01,alpha=.99,eps=1e-8)),("rmsprop_momentum",O.RMSprop,dict(lr=.01,alpha=.9,momentum=.9)),("rmsprop_centered",O.RMSprop,dict(lr=.01,alpha=.9,centered=True)),("rmsprop_wd",O.RMSprop,dict(lr=.01,weight_decay=.1)),
("adam",O.Adam,dict(lr=.01)),("adam_betas_eps",O.Adam,dict(lr=.1,betas=(.5,.9),eps=1e-4)),("adam_l2",O.Adam,dict(lr=.01,weight_decay=.1)),("amsgrad",O.Adam,dict(lr=.01,amsgrad=True)),("adamw",O.AdamW,dict(lr=.01,weight_decay=.01)),("adamw_wd0.1",O.AdamW,dict(lr=.01,weight_decay=.1)),
("adagrad",O.Adagrad,dict(lr=.1)),("adagrad_decay_wd_init",O.Adagrad,dict(lr=.1,lr_decay=.1,weight_decay=.1,initial_accumulator_value=.1)),("adadelta",O.Adadelta,dict(lr=1.,rho=.9)),("adamax",O.Adamax,dict(lr=.01)),("nadam",O.NAdam,dict(lr=.01)),("radam",O.RAdam,dict(lr=.01)),("rprop",O.Rprop,dict(lr=.01)),("asgd",O.ASGD,dict(lr=.1))]
for n,cls,k in opts:
    c={"name":n,"config":{kk:list(v) if isinstance(v,tuple) else v for kk,v in k.items()}}
    for dt,key in((torch.float64,"f64"),(torch.float32,"f32")):
        p=torch.tensor(p0,dtype=dt,requires_grad=True); op=cls([p],foreach=False,**k) ; tr=[]
        for g in gs: p.grad=torch.tensor(g,dtype=dt); op.step(); tr.append(flat(p,key=="f32"))
        c[key]=tr
    o["cases"].append(c)
clip=[]
for n,kw in(("clip_norm_1",dict(max_norm=1.)),("clip_norm_100_noop",dict(max_norm=100.)),("clip_norm_inf",dict(max_norm=.5,norm_type=float("inf"))),("clip_norm_l1",dict(max_norm=2.,norm_type=1.))):
    c={"name":n,"config":{k:(v if v!=float("inf") else "inf") for k,v in kw.items()},"note":"scale = max_norm/(total_norm+1e-6), clamped to 1; joint over both tensors"}
    ga,gb=R(4),R(2,3); c["g0"]=J(ga); c["g1"]=J(gb)
    for dt,key in((torch.float64,"f64"),(torch.float32,"f32")):
        ps=[torch.zeros(4,dtype=dt,requires_grad=True),torch.zeros(2,3,dtype=dt,requires_grad=True)]; ps[0].grad=torch.tensor(ga,dtype=dt); ps[1].grad=torch.tensor(gb,dtype=dt)
        tn=nn.utils.clip_grad_norm_(ps,**kw); c[key]={"total_norm":float(tn),"g0":flat(ps[0].grad,key=="f32"),"g1":flat(ps[1].grad,key=="f32")}
    clip.append(c)
ga=R(5); c={"name":"clip_value_0.5","g0":J(ga),"result":np.clip(ga,-.5,.5).tolist()}; clip.append(c); o["clip"]=clip
try:
    os.environ["KERAS_BACKEND"]="torch"
    import keras
    for n,k in (("lion",dict(learning_rate=.01,beta_1=.9,beta_2=.99)),("lion_wd0.1",dict(learning_rate=.01,beta_1=.9,beta_2=.99,weight_decay=.1)),("keras_rmsprop_eps1e-7",None),("keras_adam_eps1e-7",None)):
        c={"name":n,"config":k or {},"source":"Keras "+keras.__version__}
        for dt in("float64","float32"):
            v=keras.Variable(p0,dtype=dt,name="kernel"); op=keras.optimizers.Lion(**k) if k else keras.optimizers.RMSprop(learning_rate=.01) if "rms" in n else keras.optimizers.Adam(learning_rate=.01)
            op.build([v]); tr=[]
            for g in gs: op.apply([keras.ops.convert_to_tensor(g,dtype=dt)],[v]); tr.append(flat(torch.tensor(keras.ops.convert_to_numpy(v)),dt=="float32"))
            c["f64" if dt=="float64" else "f32"]=tr
        o["cases"].append(c)
except Exception as e:
    print("keras/lion skipped:",repr(e))
json.dump(o,open(os.path.join(OUT,"optimizers.json"),"w"),separators=(",",":")); print("optimizers",len(o["cases"]))
# ---- schedules
S=O.lr_scheduler; sc=[]
def sched(n,mk,steps=30,plateau=None,**cfg):
    p=torch.zeros(1,requires_grad=True); op=O.SGD([p],lr=.1); s=mk(op); lr=[]
    for t in range(steps):
        lr.append(op.param_groups[0]["lr"]); op.step(); s.step(plateau[t]) if plateau else s.step()
    d={"name":n,"config":cfg,"lr":lr}; 
    if plateau: d["metric"]=plateau
    sc.append(d)
sched("constant",lambda o:S.LambdaLR(o,lambda t:1.),5); sched("step",lambda o:S.StepLR(o,7,.5),step_size=7,gamma=.5); sched("multistep",lambda o:S.MultiStepLR(o,[5,12,20],.1),milestones=[5,12,20],gamma=.1); sched("exponential",lambda o:S.ExponentialLR(o,.9),gamma=.9)
sched("cosine",lambda o:S.CosineAnnealingLR(o,25,.001),T_max=25,eta_min=.001); sched("cosine_restarts",lambda o:S.CosineAnnealingWarmRestarts(o,6,2,.001),T_0=6,T_mult=2,eta_min=.001); sched("onecycle",lambda o:S.OneCycleLR(o,1.,total_steps=30),max_lr=1.,total_steps=30,pct_start=.3,div_factor=25,final_div_factor=1e4,anneal="cos")
sched("linear_warmup",lambda o:S.LinearLR(o,.1,1.,10),start=.1,end=1.,iters=10); sched("polynomial",lambda o:S.PolynomialLR(o,20,2.),total=20,power=2.)
sched("noam_transformer_2017",lambda o:S.LambdaLR(o,lambda t:64**-.5*min((t+1)**-.5,(t+1)*8**-1.5)),d_model=64,warmup=8,formula="base*d^-0.5*min(s^-0.5, s*warmup^-1.5), s=t+1")
sched("plateau",lambda o:S.ReduceLROnPlateau(o,factor=.5,patience=2,threshold=1e-4,cooldown=1),20,[1,.9,.8,.8,.8,.8,.79,.79,.79,.79,.79,.78,.78,.78,.78,.78,.78,.78,.78,.78],factor=.5,patience=2,threshold=1e-4,threshold_mode="rel",cooldown=1)
json.dump({"base_lr":.1,"cases":sc},open(os.path.join(OUT,"schedules.json"),"w"),separators=(",",":")); print("schedules",len(sc))
# ---- init statistics
ini=[]
for shape in ([64,32],[32,64],[16,8,3,3],[8,16,5,5]):
    fi,fo=nn.init._calculate_fan_in_and_fan_out(torch.empty(shape)); g=nn.init.calculate_gain
    ini.append({"shape":shape,"fan_in":fi,"fan_out":fo,"xavier_uniform_bound":math.sqrt(6/(fi+fo)),"xavier_normal_std":math.sqrt(2/(fi+fo)),"kaiming_uniform_relu_bound":g("relu")*math.sqrt(3/fi),"kaiming_normal_relu_std":g("relu")/math.sqrt(fi),"lecun_normal_std":1/math.sqrt(fi),"torch_default_linear_bound":1/math.sqrt(fi),"gain_tanh":g("tanh"),"gain_leaky_0.2":g("leaky_relu",.2),"gain_selu":g("selu")})
json.dump({"note":"check empirical std/bounds of glia's initialisers over >=1e5 samples; orthogonal: W W^T = I","cases":ini},open(os.path.join(OUT,"init.json"),"w"),separators=(",",":"))
# ---- training
from sklearn import datasets as D
tr={"source":"PyTorch "+torch.__version__,"note":"full training runs: given init and data; losses[t] is the loss BEFORE step t; then final params. tensors exactly float32","runs":[]}
iris=D.load_iris(); sel=np.r_[0:10,50:60,100:110]; Xi=np.round((iris.data[sel]-[5.84,3.05,3.76,1.2])*16)/16; yi=iris.target[sel]
def runit(name,mk,params,X,y,opt,steps,clip=None,loss=F.cross_entropy,buffers=None,save_final=True):
    d={"name":name,"config":mk.__doc__,"init":{k:J(v) for k,v in params.items()},"optimizer":opt[2],"steps":steps,"x":J(X),"target":J(y)}
    if clip: d["clip_norm"]=clip
    for dt,key in((torch.float64,"f64"),(torch.float32,"f32")):
        p={k:torch.tensor(v,dtype=dt,requires_grad=True) for k,v in params.items()}; x=torch.tensor(X) if np.asarray(X).dtype.kind=="i" else torch.tensor(X,dtype=dt); t=torch.tensor(y)
        op=opt[0](list(p.values()),foreach=False,**opt[1]); L=[]; gn=[]
        st={}
        for _ in range(steps):
            op.zero_grad(); l=loss(mk(x,p,st),t); l.backward(); L.append(float(l)); 
            if clip: nn.utils.clip_grad_norm_(list(p.values()),clip)
            op.step()
        l=loss(mk(x,p,st),t); d[key]={"losses":L if key=="f64" else [float(str(np.float32(v))) for v in L],"final_loss":float(l)}
        if save_final: d[key]["final"]={k:flat(v,key=="f32") for k,v in p.items()}
    tr["runs"].append(d)
def mlp(act,bn=False):
    def f(x,p,st):
        h=F.linear(x,p["w1"],p["b1"])
        if bn: h=F.batch_norm(h,None,None,p["g"],p["be"],True,.1,1e-5)
        return F.linear(act(h),p["w2"],p["b2"])
    f.__doc__="Dense(4,16)"+("-BatchNorm(train)" if bn else "")+"-"+act.__name__+"-Dense(16,3)-softmax CE mean, full batch of 30 Iris rows"; return f
W=dict(w1=R(16,4,lo=-.5,hi=.5),b1=np.zeros(16),w2=R(3,16,lo=-.4,hi=.4),b2=np.zeros(3))
WB=dict(W,g=np.ones(16),be=np.zeros(16))
runit("mlp_4_16_3_tanh_sgd",mlp(torch.tanh),W,Xi,yi,(O.SGD,dict(lr=.1),"SGD lr=0.1"),20)
runit("mlp_4_16_3_sigmoid_momentum",mlp(torch.sigmoid),W,Xi,yi,(O.SGD,dict(lr=.1,momentum=.9),"SGD lr=0.1 momentum=0.9"),20)
runit("mlp_4_16_3_relu_adam",mlp(torch.relu),W,Xi,yi,(O.Adam,dict(lr=.01),"Adam lr=0.01"),20)
runit("mlp_4_16_3_gelu_adamw_clip",mlp(F.gelu),W,Xi,yi,(O.AdamW,dict(lr=.02,weight_decay=.05),"AdamW lr=0.02 weight_decay=0.05"),20,clip=.5)
runit("mlp_4_16_3_bn_relu_nesterov",mlp(torch.relu,True),WB,Xi,yi,(O.SGD,dict(lr=.1,momentum=.9,nesterov=True),"SGD lr=0.1 momentum=0.9 nesterov"),20)
dg=D.load_digits(); xd=dg.images[:16].reshape(16,1,8,8)/16.; yd=dg.target[:16]
def conv(x,p,st):
    "Conv2d(1,4,3,pad1)-ReLU-MaxPool2-Conv2d(4,6,3,pad1,stride1)-ReLU-AvgPool2-Flatten-Dense(24,10)-CE, batch 16 sklearn digits"
    h=F.max_pool2d(F.relu(F.conv2d(x,p["c1"],p["d1"],padding=1)),2); h=F.avg_pool2d(F.relu(F.conv2d(h,p["c2"],p["d2"],padding=1)),2); return F.linear(h.flatten(1),p["w"],p["b"])
runit("convnet_digits8x8_adam",conv,dict(c1=R(4,1,3,3,lo=-.5,hi=.5),d1=np.zeros(4),c2=R(6,4,3,3,lo=-.3,hi=.3),d2=np.zeros(6),w=R(10,24,lo=-.3,hi=.3),b=np.zeros(10)),xd,yd,(O.Adam,dict(lr=.01),"Adam lr=0.01"),20,save_final=True)
seq=np.array([[(i*3+j*j+i*j)%7 for j in range(9)] for i in range(6)]); 
def tfm(x,p,st):
    "token emb(7,8)+pos emb(8,8) -> 1 pre-norm block (LN, 2-head causal MHA with biases, residual; LN, Dense 8-16 gelu(erf) 16-8, residual) -> LN -> Dense(8,7); next-token CE over 6x8 tokens"
    T=x.shape[1]; h=F.embedding(x,p["tok"])+p["pos"][:T]
    a=F.layer_norm(h,(8,),p["l1g"],p["l1b"]); q,k,v=F.linear(a,p["wi"],p["bi"]).chunk(3,-1); sp=lambda t:t.view(t.shape[0],T,2,4).transpose(1,2)
    y=F.scaled_dot_product_attention(sp(q),sp(k),sp(v),is_causal=True).transpose(1,2).reshape(x.shape[0],T,8); h=h+F.linear(y,p["wo"],p["bo"])
    m=F.layer_norm(h,(8,),p["l2g"],p["l2b"]); h=h+F.linear(F.gelu(F.linear(m,p["f1"],p["fb1"])),p["f2"],p["fb2"])
    return F.linear(F.layer_norm(h,(8,),p["l3g"],p["l3b"]),p["head"]).reshape(-1,7)
q=lambda *s:R(*s,lo=-.4,hi=.4); one,zero=np.ones(8),np.zeros(8)
runit("tiny_gpt_adamw",tfm,dict(tok=q(7,8),pos=q(8,8),l1g=one,l1b=zero,wi=q(24,8),bi=np.zeros(24),wo=q(8,8),bo=zero,l2g=one,l2b=zero,f1=q(16,8),fb1=np.zeros(16),f2=q(8,16),fb2=zero,l3g=one,l3b=zero,head=q(7,8)),seq[:,:8],seq[:,1:].reshape(-1),(O.AdamW,dict(lr=.01,weight_decay=.01),"AdamW lr=0.01 weight_decay=0.01 on all tensors"),20)
def lstm(x,p,st):
    "LSTM(3,6) zero initial state, batch_first, last output -> Dense(6,2), CE, batch 8 x T 5"
    m=nn.LSTM(3,6,batch_first=True).to(x.dtype); y,_=torch.func.functional_call(m,{k:v for k,v in p.items() if "_l0" in k},(x,)); return F.linear(y[:,-1],p["w"],p["b"])
xl=R(8,5,3); runit("lstm_sgd_momentum",lstm,dict(weight_ih_l0=q(24,3),weight_hh_l0=q(24,6),bias_ih_l0=np.zeros(24),bias_hh_l0=np.zeros(24),w=q(2,6),b=np.zeros(2)),xl,(xl.sum((1,2))>0).astype(int),(O.SGD,dict(lr=.2,momentum=.9),"SGD lr=0.2 momentum=0.9"),20)
for fn,sel_ in(("training",lambda n:n.startswith("mlp")),("training_models",lambda n:not n.startswith("mlp"))):
    json.dump({**tr,"runs":[r for r in tr["runs"] if sel_(r["name"])]},open(os.path.join(OUT,fn+".json"),"w"),separators=(",",":")); print(fn,os.path.getsize(os.path.join(OUT,fn+".json")))
# ---- metrics (sklearn)
from sklearn import metrics as M
yt=rng.integers(0,3,40); yp=np.where(rng.random(40)<.7,yt,rng.integers(0,3,40)); bt=rng.integers(0,2,40); bs=np.round(np.clip(bt*.3+rng.random(40)*.7,0,1)*64)/64; pr=np.round(rng.dirichlet(np.ones(3),40)*256)/256; pr=pr/pr.sum(1,keepdims=True); rt=R(20); rp=rt+R(20)*.5
pf=lambda a:[list(map(float,v)) if hasattr(v,"__len__") else (None if v is None else float(v)) for v in a]
fpr,tpr,th=M.roc_curve(bt,bs,drop_intermediate=False)
m={"source":"scikit-learn","y_true":yt.tolist(),"y_pred":yp.tolist(),"accuracy":M.accuracy_score(yt,yp),"balanced_accuracy":M.balanced_accuracy_score(yt,yp),"confusion":M.confusion_matrix(yt,yp).tolist(),"per_class_prf":pf(M.precision_recall_fscore_support(yt,yp)),"macro_prf":pf(M.precision_recall_fscore_support(yt,yp,average="macro")[:3]),"micro_f1":M.f1_score(yt,yp,average="micro"),"weighted_f1":M.f1_score(yt,yp,average="weighted"),"mcc":M.matthews_corrcoef(yt,yp),"kappa":M.cohen_kappa_score(yt,yp),"binary_true":bt.tolist(),"binary_score":bs.tolist(),"roc_auc":M.roc_auc_score(bt,bs),"average_precision":M.average_precision_score(bt,bs),"brier":M.brier_score_loss(bt,bs),"proba":pr.tolist(),"log_loss":M.log_loss(yt,pr),"top2_accuracy":M.top_k_accuracy_score(yt,pr,k=2),"reg_true":rt.tolist(),"reg_pred":rp.tolist(),"r2":M.r2_score(rt,rp),"mse":M.mean_squared_error(rt,rp),"mae":M.mean_absolute_error(rt,rp),"explained_variance":M.explained_variance_score(rt,rp)}
json.dump(m,open(os.path.join(OUT,"metrics.json"),"w"),separators=(",",":"))
# ---- Gaussian process + sparse coding (sklearn)
from sklearn.gaussian_process import GaussianProcessRegressor as GP; from sklearn.gaussian_process.kernels import RBF,WhiteKernel,ConstantKernel as CK,Matern
Xg=np.round(np.sort(rng.uniform(-3,3,12))*64)/64; yg=np.round((np.sin(Xg)+.1*rng.standard_normal(12))*64)/64; Xs=np.linspace(-4,4,9)
gp={"source":"scikit-learn GaussianProcessRegressor","x":Xg.tolist(),"y":yg.tolist(),"x_star":Xs.tolist(),"cases":[]}
for n,k in(("rbf",CK(1.0)*RBF(1.0)+WhiteKernel(.01)),("rbf2",CK(2.0)*RBF(.5)+WhiteKernel(.1)),("matern32",CK(1.)*Matern(1.,nu=1.5)+WhiteKernel(.01)),("matern52",CK(1.)*Matern(1.5,nu=2.5)+WhiteKernel(.01))):
    g=GP(k,alpha=0,optimizer=None).fit(Xg[:,None],yg); mu,sd=g.predict(Xs[:,None],return_std=True); lml,gr=g.log_marginal_likelihood(g.kernel_.theta,eval_gradient=True)
    gp["cases"].append({"name":n,"kernel":str(k),"mean":mu.tolist(),"std_incl_noise":sd.tolist(),"log_marginal_likelihood":lml,"dlml_dlog_theta[const,length,noise]":gr.tolist()})
g=GP(CK(1.0)*RBF(1.0)+WhiteKernel(.01),alpha=0,n_restarts_optimizer=10,random_state=0).fit(Xg[:,None],yg); gp["optimised_rbf"]={"kernel":str(g.kernel_),"theta_log":g.kernel_.theta.tolist(),"lml":g.log_marginal_likelihood_value_}
from sklearn.decomposition import sparse_encode
Dc=rng.standard_normal((8,5)); Dc=Dc/np.linalg.norm(Dc,axis=1,keepdims=True); Dc=np.round(Dc*64)/64; xsx=R(4,5); Z=sparse_encode(xsx,Dc,algorithm="lasso_cd",alpha=.2,max_iter=200000)
from sklearn.linear_model import Lasso
ZZ=np.stack([Lasso(alpha=.2/5,fit_intercept=False,tol=1e-14,max_iter=1000000).fit(Dc.T,v).coef_ for v in xsx])
gp["sparse_code"]={"objective":"0.5*||x - z D||^2 + 0.2*||z||_1 per row","dictionary":J(Dc),"x":J(xsx),"z":J(ZZ),"objective_values":(.5*((xsx-ZZ@Dc)**2).sum(1)+.2*np.abs(ZZ).sum(1)).tolist()}
json.dump(gp,open(os.path.join(OUT,"gp_sparse.json"),"w"),separators=(",",":")); print("gp/sparse done")
